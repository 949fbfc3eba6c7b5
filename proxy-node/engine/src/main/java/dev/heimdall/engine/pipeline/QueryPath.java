package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.Responder.Outcome;

/**
 * The path of a statement, step by step: the page to read first. The path knows no protocol: the
 * dialect handles a client's messages ({@link RequestSteps}), and the lease brings the server
 * connection ({@link ServerLeasing}).
 *
 * <ol>
 *   <li><b>frame</b>: as much of the message, or of the batch that it begins, has arrived as the
 *       next steps need;
 *   <li><b>classify</b>: the statement's kind, and the tables that it reads and writes;
 *   <li><b>decide</b>: rules match the statement;
 *   <li><b>respond</b>: the first responder that can answers it without a server;
 *   <li><b>route</b>: the statement's server is chosen;
 *   <li><b>acquire</b>: the session gets a connection to that server, or a place in a pipeline;
 *   <li><b>forward</b>: the statement is sent in the server's terms, and noted in the journal;
 *   <li><b>settle</b>: behind the reply the connection goes back to its pool, unless a pin keeps
 *       it.
 * </ol>
 *
 * <p>A step that cannot be taken yet ends the path for now. The blocking part resumes the reader,
 * which comes again with the same message; steps that were taken are not taken twice. Settling is
 * not a step of this class: replies cause it.
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
    this.responders = steps.answerOrder().responders();
  }

  /**
   * Takes the message at the reader's position through as many steps as possible.
   *
   * @param type type of the message, in its protocol's terms
   * @param total length of the message in bytes
   * @return true if the reader may go on: with the next message, or with the rest of this one
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
    Request request = steps.request(server, type, total);
    Outcome outcome = first(commands, request);
    if (outcome != Outcome.NEXT) {
      return outcome;
    }
    if (!steps.judged(type, total) || (server != null && steps.leaves(type))) {
      return Outcome.WAIT;
    }
    if (server == null) {
      lease.judged(type);
    }
    return first(responders, request);
  }

  private static Outcome first(Responder[] order, Request request) {
    for (Responder each : order) {
      Outcome outcome = each.answer(request);
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
