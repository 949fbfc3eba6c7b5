package dev.heimdall.engine.pipeline;

import java.util.stream.Stream;

/**
 * The responders of one session in the order in which they are asked, which is the same for every
 * dialect, and with a server connection or without. A dialect that has no use for one gives {@link
 * Responder#NONE}.
 *
 * @param closes ends batches that only close what no server knows
 * @param rules rejects statements, or gives the results that rules have for them
 * @param cache answers by kept results
 * @param begins holds BEGIN back until a statement needs a server
 * @param names carries out what only concerns names of the session's own
 * @param deferred queues statements that are carried out later
 * @param foreign has statements carried out by another engine
 */
public record AnswerOrder(
    Responder closes,
    Responder rules,
    Responder cache,
    Responder begins,
    Responder names,
    Responder deferred,
    Responder foreign) {

  Responder[] responders() {
    return Stream.of(closes, rules, cache, begins, names, deferred, foreign)
        .filter(each -> each != Responder.NONE)
        .toArray(Responder[]::new);
  }
}
