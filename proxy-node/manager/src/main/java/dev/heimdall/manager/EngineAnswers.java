package dev.heimdall.manager;

import dev.heimdall.manager.analytics.StatementExpressions;
import dev.heimdall.manager.edit.FileCheck;
import dev.heimdall.manager.inspect.Inspector;
import dev.heimdall.manager.trial.StatementTrial;

/**
 * Services of the engine's code, which answer questions that only this code can answer.
 *
 * @param rules what rules do with a statement
 * @param inspector what databases, stores and AWS are like, as nodes see them
 * @param expressions which statements are of a pattern
 * @param files whether certificates and keys can be used
 */
public record EngineAnswers(
    StatementTrial rules, Inspector inspector, StatementExpressions expressions, FileCheck files) {}
