package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.Optional;

/** A Redis or Valkey that exists, which nodes use as their store. */
public record ExistingStore(
    @Setting(
            value = "Its host: of the primary, or in cluster mode what leads to all servers.",
            format = Format.TEXT)
        Optional<String> address,
    @Setting(value = "Its port.", byDefault = "6379", range = "1..65535") int port,
    @Setting(value = "It is in cluster mode.", byDefault = "false") boolean clusterMode,
    @Setting(
            value = "Whether it has TLS, with a certificate that nodes verify.",
            byDefault = "true")
        boolean tls,
    @Setting(
            value = "Name of the secret whose text is its password. Needed with `address`.",
            format = Format.TEXT)
        Optional<String> password,
    @Setting(
            value = "Its security group, which lets nodes in then.",
            otherwise = "letting nodes in is yours",
            format = Format.TEXT)
        Optional<String> securityGroup) {}
