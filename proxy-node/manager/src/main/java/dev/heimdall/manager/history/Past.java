package dev.heimdall.manager.history;

import dev.heimdall.secrets.Content;
import java.util.List;
import java.util.SortedMap;

/**
 * Documents as they were.
 *
 * @param lost those that were there, and whose text is not kept any more
 */
public record Past(SortedMap<String, Content> documents, List<String> lost) {}
