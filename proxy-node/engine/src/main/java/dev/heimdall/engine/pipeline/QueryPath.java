package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Responder.Outcome;

/**
 * The path of a statement, step by step: the page to read first. It knows no protocol: what a step
 * does with a client's messages is its dialect's ({@link RequestSteps}), where a server connection
 * comes from is the lease's ({@link ServerLeasing}).
 *
 * <ol>
 *   <li><b>frame</b>: the message, or the batch it begins, is here as far as it matters;
 *   <li><b>classify</b>: what kind of statement it is, and what it reads and writes;
 *   <li><b>decide</b>: what rules make of it;
 *   <li><b>respond</b>: somebody answers it without a server, if anybody does;
 *   <li><b>route</b>: to which server it goes;
 *   <li><b>acquire</b>: a connection to that server, or a place in a pipeline;
 *   <li><b>forward</b>: it is sent in the server's terms, and noted in the journal;
 *   <li><b>settle</b>: when it is answered, the connection goes back unless something keeps it.
 * </ol>
 *
 * <p>A step that cannot be taken yet ends the way for now: whoever is in the way has the reader
 * come again, with the same message, and the steps that were taken are not taken twice. Settling is
 * not done here: it follows from the answer, which comes by itself.
 */
public final class QueryPath {
  private final RequestSteps steps;
  private final ServerLeasing lease;
  private final Responder[] commands;
  private final Responder[] responders;

  public QueryPath(RequestSteps steps, ServerLeasing lease) {
    this.steps = steps;
    this.lease = lease;
    this.commands = steps.commands().toArray(Responder[]::new);
    this.responders = steps.responders().toArray(Responder[]::new);
  }

  /**
   * Takes the message at the reader's position as far as it goes.
   *
   * @param type of the message, in its protocol's terms
   * @param total its length
   * @return whether the reader may go on: with the next message, or with what is left of this one
   */
  public boolean handle(byte type, long total) {
    ServerConnection server = lease.ready();
    if (server != null) {
      if (!lease.admits(server)) {
        return false;
      }
    } else {
      Outcome outcome = steps.dialogue(type, total);
      if (outcome != Outcome.NEXT) {
        return outcome == Outcome.DONE;
      }
    }
    if (!steps.framed(server, type, total)) {
      return false;
    }
    if (steps.begins(server, type)) {
      Outcome outcome = judgeAndRespond(server, type, total);
      if (outcome != Outcome.NEXT) {
        return outcome == Outcome.DONE;
      }
    } else if (server == null) {
      return steps.aside(type, total);
    }
    return server != null ? lease.forward(server, type, total) : acquire(type, total);
  }

  private Outcome judgeAndRespond(ServerConnection server, byte type, long total) {
    Outcome outcome = first(commands, server, type, total);
    if (outcome != Outcome.NEXT) {
      return outcome;
    }
    if (!steps.judged(type, total) || (server != null && steps.leaves(type))) {
      return Outcome.WAIT;
    }
    return first(responders, server, type, total);
  }

  private static Outcome first(Responder[] order, ServerConnection server, byte type, long total) {
    for (Responder each : order) {
      Outcome outcome = each.answer(server, type, total);
      if (outcome != Outcome.NEXT) {
        return outcome;
      }
    }
    return Outcome.NEXT;
  }

  private boolean acquire(byte type, long total) {
    if (!lease.acquire()) {
      return false;
    }
    ServerConnection server = lease.ready();
    return server == null || (lease.admits(server) && lease.forward(server, type, total));
  }
}
