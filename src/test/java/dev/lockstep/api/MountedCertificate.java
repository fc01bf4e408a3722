package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;

/**
 * A certificate in a directory as the kubelet mounts a Secret: {@code tls.crt} and {@code tls.key} lead over a link to a
 * directory of one version of both, and a renewal moves that link, so that nobody ever reads half of each.
 */
record MountedCertificate(Path directory) {
    private static final String NOW = "..data";

    /** Mounts the first. */
    static MountedCertificate mount(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
        MountedCertificate mounted = new MountedCertificate(directory);
        mounted.renew();
        for (String file : new String[] {"tls.crt", "tls.key"}) {
            Files.createSymbolicLink(directory.resolve(file), Path.of(NOW, file));
        }
        return mounted;
    }

    /** The one that this file is of. */
    static MountedCertificate mountedAt(Path file) {
        return new MountedCertificate(Objects.requireNonNull(file.getParent()));
    }

    /** Puts a new one in its place. */
    X509Certificate renew() throws IOException, GeneralSecurityException, InterruptedException {
        Path version = Files.createTempDirectory(directory, "..version");
        X509Certificate certificate = make(version);
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), version.getFileName());
        Files.move(link, directory.resolve(NOW), StandardCopyOption.ATOMIC_MOVE);
        return certificate;
    }

    private static X509Certificate make(Path version)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = version.resolve("store.p12");
        char[] password = "changeit".toCharArray();
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "tls",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=lockstep.lockstep.svc",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        X509Certificate certificate = (X509Certificate) keys.getCertificate("tls");
        write(version.resolve("tls.crt"), "CERTIFICATE", certificate.getEncoded());
        write(
                version.resolve("tls.key"),
                "PRIVATE KEY",
                keys.getKey("tls", password).getEncoded());
        Arrays.fill(password, ' ');
        return certificate;
    }

    private static void write(Path file, String what, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                        + "\n-----END " + what + "-----\n");
    }
}
