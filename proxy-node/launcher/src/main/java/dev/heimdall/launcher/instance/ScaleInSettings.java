package dev.heimdall.launcher.instance;

import java.time.Duration;
import java.util.Optional;

/**
 * Settings for the end of a node before its instance is terminated.
 *
 * @param hook the lifecycle hook that waits for it
 * @param group the Auto Scaling group, if it is not to be asked for
 * @param patience how long clients may go on that are never idle
 */
public record ScaleInSettings(Optional<String> hook, Optional<String> group, Duration patience) {}
