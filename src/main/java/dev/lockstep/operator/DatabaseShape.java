package dev.lockstep.operator;

import dev.lockstep.plan.Shape;
import dev.lockstep.plan.Shape.Field;
import dev.lockstep.plan.Shape.Order;
import dev.lockstep.plan.Shape.Rule;
import java.util.List;
import java.util.Optional;

/** What the spec of a database looks like. */
final class DatabaseShape {
    static final String DEFAULT_USERNAME_KEY = "username";
    static final String DEFAULT_PASSWORD_KEY = "password";

    private static final int MOST_REPLICAS = 16;
    private static final Shape URL = new Shape.Text(1, 2_000, Optional.of("^jdbc:postgresql:.+"));
    private static final Shape SECRET_KEY = new Shape.Text(1, 253, Optional.of("^[A-Za-z0-9._-]+$"));

    private DatabaseShape() {}

    static Shape.Fields spec() {
        return new Shape.Fields(
                List.of(
                        new Field(
                                "url",
                                "Its own address, not that of a connection pool in transaction mode:"
                                        + " jdbc:postgresql://host:5432/name. Without a password.",
                                URL,
                                true,
                                Optional.empty()),
                        new Field(
                                "credentialsSecretRef",
                                "The Secret, in this object's namespace, with the role and its password. It is read"
                                        + " again at every connection, so a changed password needs nothing more.",
                                secret(),
                                true,
                                Optional.empty()),
                        new Field(
                                "replicas",
                                "JDBC URLs of its streaming replicas, whose sessions count for gates as much as the"
                                        + " primary's; the same role.",
                                new Shape.ListOf(URL, 0, MOST_REPLICAS, new Order.Value()),
                                false,
                                Optional.empty())),
                List.of(new Rule(
                        "!self.url.contains('password=') && !self.url.contains('@')",
                        "the URL must not carry a user or a password; they belong in the Secret")));
    }

    private static Shape secret() {
        return new Shape.Fields(
                List.of(
                        new Field(
                                "name",
                                "The Secret's name.",
                                new Shape.Text(1, 253, Optional.of("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")),
                                true,
                                Optional.empty()),
                        new Field(
                                "usernameKey",
                                "The key of the role in the Secret.",
                                SECRET_KEY,
                                false,
                                Optional.of(DEFAULT_USERNAME_KEY)),
                        new Field(
                                "passwordKey",
                                "The key of the password in the Secret.",
                                SECRET_KEY,
                                false,
                                Optional.of(DEFAULT_PASSWORD_KEY))),
                List.of());
    }
}
