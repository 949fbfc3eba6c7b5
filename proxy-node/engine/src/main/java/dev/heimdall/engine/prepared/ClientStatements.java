package dev.heimdall.engine.prepared;

import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One client's statements: what it means by a name, and which statement of the loop's registry is
 * the one of a content for it, as names are resolved now.
 */
public final class ClientStatements {
  private final PreparedNames names;
  private final StatementRegistry registry;
  private final NameResolution resolution;
  private final LongSupplier schemaEpoch;
  private final BooleanSupplier definitionsPending;
  private final boolean keepsNames;
  private final UnansweredNames closing = new UnansweredNames();

  /**
   * @param definitionsPending whether its transaction has changed definitions that no other session
   *     sees
   * @param keepsNames whether servers know its statements by the names that it gives them
   */
  public ClientStatements(
      PreparedNames names,
      StatementRegistry registry,
      NameResolution resolution,
      LongSupplier schemaEpoch,
      BooleanSupplier definitionsPending,
      boolean keepsNames) {
    this.names = names;
    this.registry = registry;
    this.resolution = resolution;
    this.schemaEpoch = schemaEpoch;
    this.definitionsPending = definitionsPending;
    this.keepsNames = keepsNames;
  }

  /** True if servers know its statements by the names that it gives them. */
  public boolean keepsNames() {
    return keepsNames;
  }

  // ---- names in texts

  /**
   * A name in a text that is another one on the server.
   *
   * @param statement null where there is none of the name
   * @param onServer as the server is to read it; null where the name stays
   */
  public record Renamed(Effect effect, PreparedStatement statement, byte[] onServer) {
    /** True if the text gives the name to a statement. */
    public boolean prepares() {
      return effect.type() == Effect.Type.PREPARE;
    }
  }

  /** True if names in a text with these effects must be others on the server. */
  public boolean renames(StatementFacts facts) {
    for (Effect effect : facts.effects()) {
      if (named(effect) != null || nameOnServer(effect) != null || takes(effect, facts)) {
        return true;
      }
    }
    return false;
  }

  /** True if one of several statements gives a name that is taken. */
  private boolean takes(Effect effect, StatementFacts facts) {
    return effect.type() == Effect.Type.PREPARE
        && effect.start() >= 0
        && facts.kind() == StatementKind.MULTI
        && names.get(bytes(effect.name())) != null;
  }

  /**
   * The names in a text that must be others on the server, in their order. A name that an earlier
   * statement of the text takes away or gives means on the server what it says.
   */
  public List<Renamed> renamed(StatementFacts facts) {
    List<Renamed> found = new ArrayList<>();
    Set<String> changed = new HashSet<>();
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.DEALLOCATE_ALL) {
        names.forEachName(changed::add);
      }
      boolean prepares = effect.type() == Effect.Type.PREPARE && effect.start() >= 0;
      if (!prepares && !namesOne(effect) || changed.contains(effect.name())) {
        continue;
      }
      PreparedStatement statement = names.get(bytes(effect.name()));
      byte[] onServer = prepares ? null : nameOnServer(effect);
      boolean takes = takes(effect, facts);
      if (takes) {
        onServer = onServer(statement);
      }
      if (onServer != null || takes || statement != null && !prepares) {
        found.add(new Renamed(effect, statement, onServer));
      }
      if (effect.type() == Effect.Type.DEALLOCATE || prepares && !takes) {
        changed.add(effect.name());
      }
    }
    return found;
  }

  /** The name that a text gives to the statement. */
  public static Renamed prepared(Effect effect, PreparedStatement statement) {
    return new Renamed(effect, statement, onServer(statement));
  }

  /** The statement that a text with this effect names; null where there is none. */
  public PreparedStatement named(Effect effect) {
    return namesOne(effect) ? names.get(bytes(effect.name())) : null;
  }

  private static boolean namesOne(Effect effect) {
    return (effect.type() == Effect.Type.EXECUTE || effect.type() == Effect.Type.DEALLOCATE)
        && effect.start() >= 0;
  }

  /**
   * Name that the server is to read in the place of the effect's name; null where the name may
   * stay. An unknown name that looks like one of ours must not reach a statement of another client.
   */
  public byte[] nameOnServer(Effect effect) {
    PreparedStatement statement = named(effect);
    if (statement != null) {
      return onServer(statement);
    }
    byte[] instead = namesOne(effect) ? registry.naming().instead(effect.name()) : null;
    if (instead != null) {
      names.unknown(bytes(effect.name()));
    }
    return instead;
  }

  private static byte[] onServer(PreparedStatement statement) {
    return statement.isClientNamed() ? null : statement.serverName();
  }

  /** A name as messages have it. */
  public static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  // ---- contents

  /**
   * The statement that gets this name: of this content, or of this client, where it keeps names.
   */
  public PreparedStatement statement(
      byte[] name, ServerStatements onServer, byte[] content, Origin origin, StatementFacts facts) {
    return keeps(name)
        ? ofClient(name, content, origin, facts)
        : statement(onServer, content, origin, facts);
  }

  private boolean keeps(byte[] name) {
    return keepsNames && registry.naming().mayBeClients(name);
  }

  private PreparedStatement ofClient(
      byte[] name, byte[] content, Origin origin, StatementFacts facts) {
    return registry.acquireAlone(
        name, content, origin, facts, resolution.scope(), schemaEpoch.getAsLong());
  }

  /**
   * The statement of this content. While another client's Parse of the same text is on its way, it
   * cannot be told whether it will succeed: then this one gets a name of its own.
   */
  public PreparedStatement statement(
      ServerStatements onServer, byte[] content, Origin origin, StatementFacts facts) {
    if (definitionsPending.getAsBoolean() || !resolution.isSettled()) {
      // Its meaning depends on objects that no other session sees.
      return alone(content, origin, facts);
    }
    PreparedStatement shared = shared(content, content.length, origin, facts);
    if (!onServer.knows(shared) || onServer.confirmed(shared)) {
      return shared;
    }
    registry.release(shared);
    return alone(content, origin, facts);
  }

  /** The statement of this content for clients that give it no name. */
  public PreparedStatement anonymous(byte[] content, int length, StatementFacts facts) {
    return shared(content, length, Origin.ANONYMOUS, facts);
  }

  private PreparedStatement shared(
      byte[] content, int length, Origin origin, StatementFacts facts) {
    return registry.acquire(
        content, length, origin, facts, resolution.scope(), schemaEpoch.getAsLong());
  }

  /** A statement of the client's own that gets this name. */
  public PreparedStatement alone(byte[] name, byte[] content, StatementFacts facts) {
    return ofClient(keeps(name) ? name : null, content, Origin.NAMED, facts);
  }

  private PreparedStatement alone(byte[] content, Origin origin, StatementFacts facts) {
    return ofClient(null, content, origin, facts);
  }

  /** A statement that {@link #statement} has returned gets no name. */
  public void release(PreparedStatement statement) {
    registry.release(statement);
  }

  /** The client's name means a statement of its own from now on, of this shape. */
  public void part(byte[] name, PreparedStatement statement, StatementShape shape) {
    if (name.length > 0 && names.get(name) == statement) {
      names.put(name, copy(statement, shape));
    }
  }

  /**
   * A Close of the name is being sent, which the server may skip.
   *
   * @param group of messages that it belongs to, counted by the session
   * @param done the group that is answered next
   */
  public void closing(byte[] name, long group, long done) {
    closing.add(name, group, done);
  }

  /**
   * True if what a name means is known only when an earlier group has been answered: its Close was
   * sent there, and if the server skips that, the name means what it did.
   *
   * @param group that a message sent now belongs to
   */
  public boolean mayReopen(byte[] name, long group, long done) {
    UnansweredNames.Sent close = closing.get(name, done);
    return close != null && close.isBefore(group);
  }

  /** True if any Close may be unanswered. */
  public boolean isClosing() {
    return closing.size() > 0;
  }

  /**
   * True if a Close is unanswered. Those that are answered may count for {@link #isClosing} until
   * the client sends the next one.
   */
  public boolean awaitsClose(long done) {
    return closing.awaitsAny(done);
  }

  /** About how many bytes the names take whose Close may be unanswered. */
  public long closingWeight() {
    return closing.weight();
  }

  /** All is answered. */
  public void allAnswered() {
    closing.clear();
  }

  /** The server skipped the Close of a name: it still means this statement. */
  public void reopen(byte[] name, PreparedStatement statement) {
    if (names.closed()) {
      return;
    }
    registry.hold(statement);
    names.put(name, statement);
  }

  private PreparedStatement copy(PreparedStatement statement, StatementShape shape) {
    byte[] given = statement.isClientNamed() ? statement.serverName() : null;
    PreparedStatement copy = ofClient(given, statement.body(), Origin.NAMED, statement.facts());
    copy.source(statement.source());
    copy.shape(shape, schemaEpoch.getAsLong());
    return copy;
  }
}
