package dev.heimdall.model;

import java.time.Duration;

/** Permissions of rules on the node itself. */
public record RuleSettings(
    @Setting(
            value =
                "Whether triggers may run programs on the node, as the node's own user. Whoever can"
                    + " write rules can run anything then.",
            byDefault = "false")
        boolean allowPrograms,
    @Setting(
            value = "How long such a program may run before it is ended, with its children.",
            byDefault = "30s",
            range = "1ms..1h")
        Duration programTimeout) {}
