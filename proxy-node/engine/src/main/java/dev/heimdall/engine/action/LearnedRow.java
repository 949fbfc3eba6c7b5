package dev.heimdall.engine.action;

import dev.heimdall.model.LearnedRules.Learnt;
import java.time.Instant;

/**
 * A pattern that was learnt since the node started.
 *
 * @param list the list that learns
 * @param rule the rule; its comment is the normalised text, without values
 * @param seen how often
 * @param first when it was seen first
 * @param last when it was seen last
 */
public record LearnedRow(String list, Learnt rule, long seen, Instant first, Instant last) {}
