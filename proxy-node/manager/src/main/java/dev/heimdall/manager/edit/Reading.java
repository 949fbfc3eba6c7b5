package dev.heimdall.manager.edit;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.Problem;
import java.util.List;
import java.util.Optional;

/**
 * Result of reading documents.
 *
 * @param configuration empty: something is wrong with them
 * @param problems what that is
 */
public record Reading(Optional<Configuration> configuration, List<Problem> problems) {}
