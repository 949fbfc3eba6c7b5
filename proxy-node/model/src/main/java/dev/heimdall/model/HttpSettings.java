package dev.heimdall.model;

/** HTTP endpoint of the node. */
public record HttpSettings(
    @Setting(
            value = "The address to listen on.",
            byDefault = "127.0.0.1",
            format = Format.ADDRESS,
            applies = Applies.RESTART)
        String address,
    @Setting(
            value = "The port to listen on.",
            byDefault = "5059",
            range = "1..65535",
            zero = "any free port",
            applies = Applies.RESTART)
        int port,
    @Setting(
            value = "Whether the node listens for HTTP at all.",
            byDefault = "true",
            applies = Applies.RESTART)
        boolean enabled) {}
