package dev.heimdall.engine.action;

import java.time.Duration;

/**
 * A queue, for people.
 *
 * @param name its name
 * @param statements how many statements wait or are being carried out
 * @param state what it does, in small letters
 * @param oldest how long its first waiting statement has waited; zero when none waits
 */
public record QueueRow(String name, int statements, String state, Duration oldest) {}
