package dev.heimdall.manager.problems;

import dev.heimdall.manager.fleet.Fleet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sources that problems are found in; all of them are queried with each page, and never wait.
 *
 * @param newest the hash of the configuration; empty where that is not known
 * @param measured what each virtual database does
 * @param disk of the manager, where it has no room
 */
public record Sources(
    Fleet fleet,
    Supplier<String> newest,
    Supplier<Map<String, Measured>> measured,
    Supplier<List<Certificate>> certificates,
    Supplier<Optional<DiskWatch.LowDisk>> disk) {}
