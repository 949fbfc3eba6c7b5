package dev.heimdall.cdk.config;

import dev.heimdall.model.Setting;

/** The manager, which this release does not have. */
public record Manager(
    @Setting(
            value = "Deploy the manager. This release has none: only `false` is taken.",
            byDefault = "false")
        boolean enabled) {}
