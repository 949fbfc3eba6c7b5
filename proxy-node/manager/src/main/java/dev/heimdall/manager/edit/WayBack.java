package dev.heimdall.manager.edit;

import dev.heimdall.manager.history.Past;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Documents;
import java.util.List;

/**
 * Effect of going back.
 *
 * @param now all documents as they are
 * @param past as they were
 * @param problems what would be wrong with the configuration then
 */
public record WayBack(Documents now, Past past, List<Problem> problems) {}
