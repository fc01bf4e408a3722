FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml ./
COPY .mvn .mvn
COPY plans plans
COPY src src
COPY plans plans
RUN mvn -B -Dmaven.test.skip=true package

FROM eclipse-temurin:25-jre
WORKDIR /lockstep
# Layers from what changes least to what changes most, so that a new build of ours sends only the last ones.
COPY --from=build /build/target/quarkus-app/lib/ lib/
COPY --from=build /build/target/quarkus-app/*.jar ./
COPY --from=build /build/target/quarkus-app/quarkus/ quarkus/
COPY --from=build /build/target/quarkus-app/app/ app/
# A number, so that Kubernetes can check runAsNonRoot without looking into the image.
USER 10001:10001
EXPOSE 8080
ENV QUARKUS_HTTP_HOST=0.0.0.0
# In a container the heap follows the memory limit; the process ends on OutOfMemoryError rather than limp on with a lease.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", "-jar", "quarkus-run.jar"]
