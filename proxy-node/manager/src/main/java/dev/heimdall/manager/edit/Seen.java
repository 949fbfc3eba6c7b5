package dev.heimdall.manager.edit;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Documents;
import java.util.List;
import java.util.Optional;

/**
 * The documents at one time.
 *
 * @param configuration what they say; empty: they are wrong
 * @param problems what is wrong with them
 */
public record Seen(
    Documents documents, Optional<Configuration> configuration, List<Problem> problems) {}
