package dev.heimdall.manager.edit;

import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Documents;
import java.util.List;

/**
 * Result of an edit that was written.
 *
 * @param documents all that are there now
 * @param problems what is wrong with them now: another manager may have written another document at
 *     the same time that does not go with these; nodes keep the configuration before both then
 */
public record Edited(Documents documents, List<Problem> problems) {}
