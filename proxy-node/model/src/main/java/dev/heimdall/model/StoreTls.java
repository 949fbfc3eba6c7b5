package dev.heimdall.model;

import java.nio.file.Path;
import java.util.Optional;

/** TLS towards the shared store. */
public record StoreTls(
    @Setting(
            value =
                "Whether TLS is used and how far the server's certificate is checked: `disable`,"
                    + " `require`, `verify-ca` or `verify-full`.",
            byDefault = "disable",
            applies = Applies.RESTART)
        TlsMode mode,
    @Setting(
            value = "The certificate authorities that `verify-ca` and `verify-full` trust (PEM).",
            otherwise = "those of the Java runtime",
            applies = Applies.RESTART)
        Optional<Path> caFile) {}
