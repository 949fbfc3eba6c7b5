package dev.heimdall.engine.session;

import dev.heimdall.engine.pipeline.Known;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.wire.postgres.BackendType;
import io.netty.buffer.ByteBuf;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at the replies of the statements whose results a rule wants to be written down. Only where
 * there are such rules; then each group of replies is followed from its beginning, and each
 * BindComplete in it tells whose reply comes next.
 */
final class ResultWatch implements MessageCutter.Taker {
  private static final int MOST_REMEMBERED = 64;

  private final MessageCutter cutter = new MessageCutter(this);
  private boolean begun;
  private boolean follows;
  private int bound;
  private Iterable<Running> group = List.of();
  private long spoiled = -1;
  private List<SeenResult.Column> described;
  private Running current;

  /** What was described to the client before, by what is known of the text. */
  private final Map<Known, List<SeenResult.Column>> remembered =
      new LinkedHashMap<>(0) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Known, List<SeenResult.Column>> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Whether a part of the reply to the present group has come. */
  boolean begun() {
    return begun;
  }

  /**
   * The reply to a group begins.
   *
   * @param asked whether some rule may want to know of it
   */
  void begin(boolean asked) {
    begun = true;
    follows = asked;
    bound = 0;
    current = null;
    described = null;
    cutter.reset();
  }

  /**
   * A piece of the reply to a group.
   *
   * @param running what was sent of this group, and of later ones, in order
   */
  void take(ByteBuf piece, Iterable<Running> running) {
    if (follows) {
      group = running;
      cutter.take(piece);
    }
  }

  /** Of this group nobody can tell whose reply is whose. */
  void spoil(long number) {
    spoiled = number;
  }

  /** The group is over, or is going to be repeated. */
  void groupOver() {
    begun = false;
    current = null;
    group = List.of();
  }

  /** Whether a decision asks for a look at the result. */
  static boolean wanted(Decision decision) {
    return decision.flag(Decision.Flag.PRINT_META).orElse(false)
        || decision.flag(Decision.Flag.PRINT_RESULTS).orElse(false)
        || decision.log().flatMap(log -> log.logcolumns()).isPresent();
  }

  @Override
  public boolean wants(byte type) {
    if (type == BackendType.ROW_DESCRIPTION) {
      return true;
    }
    SeenResult result = type == BackendType.DATA_ROW ? result() : null;
    return result != null && result.wantsRow();
  }

  @Override
  public void message(byte type, byte[] body, int length) {
    switch (type) {
      case BackendType.BIND_COMPLETE -> next();
      case BackendType.ROW_DESCRIPTION -> columns(SeenResult.described(body, length));
      case BackendType.DATA_ROW -> {
        SeenResult result = result();
        if (result != null) {
          result.row(body, length);
        }
      }
      default -> {}
    }
  }

  /** The reply to the next statement that was bound. */
  private void next() {
    current = null;
    int left = bound++;
    Iterator<Running> each = group.iterator();
    long number = -1;
    while (each.hasNext()) {
      Running running = each.next();
      number = number < 0 ? running.group() : number;
      if (running.group() != number || number == spoiled) {
        return;
      }
      if (left-- == 0) {
        current = running;
        break;
      }
    }
    if (current != null && described != null) {
      remembered.put(current.known(), described);
    }
    described = null;
    if (current != null && current.result() != null) {
      current.result().columns(remembered.getOrDefault(current.known(), List.of()), false);
    }
  }

  private void columns(List<SeenResult.Column> found) {
    SeenResult result = result();
    if (current == null) {
      described = found; // of a statement that is bound later
      return;
    }
    remembered.put(current.known(), found);
    if (result != null) {
      result.columns(found, true);
    }
  }

  private SeenResult result() {
    if (current == null && bound == 0) {
      Iterator<Running> each = group.iterator();
      Running first = each.hasNext() ? each.next() : null;
      current = first != null && !first.prepared() ? first : null;
    }
    return current == null ? null : current.result();
  }
}
