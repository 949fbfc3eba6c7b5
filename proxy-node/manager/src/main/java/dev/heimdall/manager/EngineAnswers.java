package dev.heimdall.manager;

import dev.heimdall.manager.trial.StatementTrial;

/**
 * What only the engine's code knows, and who knows that answers.
 *
 * @param rules what rules do with a statement
 */
public record EngineAnswers(StatementTrial rules) {}
