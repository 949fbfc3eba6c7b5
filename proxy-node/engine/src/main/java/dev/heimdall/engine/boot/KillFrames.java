package dev.heimdall.engine.boot;

import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.wire.ServerError;

/** Content of {@link FrameType#KILL} and {@link FrameType#KILLED}, after the number of the KILL. */
final class KillFrames {
  private KillFrames() {}

  static StateWriter request(int number, KillRequest request, ServerError lastWords) {
    return new StateWriter()
        .number(number)
        .number(request.session())
        .flag(request.connection())
        .text(request.vdb())
        .text(request.user())
        .flag(request.operator())
        .text(lastWords.sqlState())
        .text(lastWords.message())
        .number(lastWords.number());
  }

  static KillRequest request(StateReader in) {
    return new KillRequest(in.number(), in.flag(), in.text(), in.text(), in.flag());
  }

  /** To the client whose session ends; behind the request. */
  static ServerError lastWords(StateReader in) {
    return ServerError.fatal(in.text(), in.text()).withNumber(in.number());
  }

  static StateWriter outcome(int number, KillOutcome outcome) {
    return new StateWriter().number(number).text(outcome.kind().name()).text(outcome.why());
  }

  static KillOutcome outcome(StateReader in) {
    String kind = in.text();
    for (KillOutcome.Kind known : KillOutcome.Kind.values()) {
      if (known.name().equals(kind)) {
        return new KillOutcome(known, in.text());
      }
    }
    throw new UnreadableStateException("unknown outcome of a KILL: " + kind);
  }
}
