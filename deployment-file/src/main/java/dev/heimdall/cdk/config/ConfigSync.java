package dev.heimdall.cdk.config;

import dev.heimdall.model.Setting;
import java.time.Duration;

/** The function that follows RDS. */
public record ConfigSync(
    @Setting(value = "Deploy it.", byDefault = "true") boolean enabled,
    @Setting(
            value = "The jar of the function.",
            byDefault = "config-sync-lambda/target/heimdall-config-sync-lambda.jar")
        String jar,
    @Setting(
            value = "How often it asks without having been told.",
            byDefault = "1m",
            range = "1m..1h")
        Duration every) {}
