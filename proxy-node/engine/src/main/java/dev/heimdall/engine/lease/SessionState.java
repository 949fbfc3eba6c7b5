package dev.heimdall.engine.lease;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.TransactionState;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a session must find again on whatever server connection it gets next: variables and prepared
 * names; and what cannot be carried ({@link SessionPins}). Effects of statements count when the
 * server has said that they succeeded.
 */
public final class SessionState {
  private final SettingRules rules;
  private final StartupVariables given;
  private final Variables startup;
  private final Consumer<String> unlisten;
  private final PreparedNames names;
  private Variables variables;
  private final SessionPins pins = new SessionPins();
  private String held;
  private ArrayDeque<Note> notes;

  /** Null where there are none, as for nearly all sessions. */
  private HeldCursors cursors;

  private Set<String> touched;

  /** Those of {@link #touched} that are known by the server's reports alone. */
  private Set<String> unseen = Set.of();

  private long touchedWeight;
  private boolean unread;

  /** What the server has reported of its own since settings were read back last. */
  private final Map<String, String> reported = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private long sent;
  private long done;

  /** What the statements of one group do if they succeed. */
  private record Note(long group, StatementFacts facts) {}

  /**
   * @param unlisten called with each channel that the session gives up, null for all
   */
  public SessionState(
      SettingRules rules,
      StartupVariables given,
      StatementRegistry registry,
      Consumer<String> unlisten) {
    this.rules = rules;
    this.unlisten = unlisten;
    this.given = given;
    this.startup = given.carried();
    this.variables = startup;
    this.names = new PreparedNames(registry);
    for (String name : variables.names()) {
      PinReason reason = rules.pinOf(name, variables.get(name));
      if (reason != null) {
        pins.add(reason);
      }
    }
  }

  /** What a value makes the server keep is there yet when the value is another one again. */
  private void pinForValues(ServerConnection server) {
    for (String name : variables.names()) {
      PinReason reason = rules.pinOf(name, variables.get(name));
      if (reason != null) {
        pins.add(reason, server);
      }
    }
  }

  /** What its settings mean. */
  public SettingRules rules() {
    return rules;
  }

  /** Whether one of these has a value for good once the server has used it. */
  boolean fixedByUse(Variables those) {
    for (String name : rules.fixedByUse()) {
      if (those.get(name) != null) {
        return true;
      }
    }
    return false;
  }

  public Variables variables() {
    return variables;
  }

  public PreparedNames names() {
    return names;
  }

  /** Why the session keeps its server connection, or null. */
  public String pinReason() {
    return pins.any() ? pins.labels() : held;
  }

  /** What pins it. */
  public SessionPins pins() {
    return pins;
  }

  /**
   * The next statement may ask about the one before, of which only its server connection knows: the
   * session keeps that until then, if it is not lost.
   *
   * @param why a few words for people; null where it keeps it no longer
   */
  public void hold(String why) {
    held = why;
  }

  /** Why the session holds its connection for the moment; null where it does not. */
  public String heldFor() {
    return held;
  }

  /** Whether the session keeps its connection for what the next statement may ask. */
  public boolean held() {
    return held != null;
  }

  /**
   * Whether its settings and prepared names are all that the session has: nothing pins it, nothing
   * waits to be read back, and everything sent is answered.
   */
  public boolean carriesAll() {
    return !pins.any() && !held() && touched == null && noted() == 0 && sent == done;
  }

  /** The session comes from another process, where these were its settings. */
  public void resume(Variables settings) {
    variables = settings;
  }

  /** What the client gave in its start-up packet. */
  public StartupVariables given() {
    return given;
  }

  /**
   * Whether a statement outside a transaction is one of its own; else one begins with it, and is
   * open when it has been answered. Where it is about to be read back, one is taken for its own.
   */
  public boolean autocommits() {
    String name = rules.autocommit();
    return name == null
        || (touched != null && touched.contains(name))
        || !"OFF".equals(variables.get(name));
  }

  public boolean atStartup() {
    return variables.equals(startup);
  }

  // ---- groups of messages: each ends with ReadyForQuery

  /** The group being sent contains a statement with these effects. */
  public void note(StatementFacts facts) {
    if (notes == null) {
      notes = new ArrayDeque<>(4);
    }
    notes.add(new Note(sent, facts));
    if (facts.movesNames()) {
      pins.namesMove();
    }
  }

  /** Statements whose effects wait for the end of their group. */
  public int noted() {
    return notes == null ? 0 : notes.size();
  }

  public void groupSent() {
    sent++;
  }

  /** The number of the group that is being sent. */
  public long sent() {
    return sent;
  }

  /** The number of the group that is answered next. */
  public long done() {
    return done;
  }

  /** The group sent last was taken back before it had any effect. */
  public void groupUnsent() {
    sent--;
  }

  /** The next groups will be answered as one: a server that reads copy data ignores their Syncs. */
  public void groupsMerged(int count) {
    if (count > 0) {
      sent -= count;
      if (notes != null) {
        ArrayDeque<Note> renumbered = new ArrayDeque<>(notes.size());
        notes.forEach(
            note -> renumbered.add(new Note(Math.max(done, note.group() - count), note.facts())));
        notes = renumbered;
      }
    }
  }

  /**
   * The next group was answered.
   *
   * @return whether it may have changed tables that prepared plans rely on
   */
  public boolean groupDone(
      ServerConnection server,
      boolean failed,
      TransactionState statusBefore,
      TransactionState status) {
    boolean ddl = false;
    boolean divided = divided(statusBefore);
    int namesChanged =
        failed ? server.delivery().namesChanged() : 0; // in order, and whatever came behind
    while (notes != null && !notes.isEmpty() && notes.peek().group() == done) {
      StatementFacts facts = notes.poll().facts();
      ddl |= facts.redefining() == Redefining.ITSELF;
      if (failed && namesChanged == 0 && facts.kind() == StatementKind.PREPARE) {
        deallocate(facts.effects().get(0).name(), server); // its name is free again
      } else if (facts.kind() == StatementKind.PREPARE) {
        PreparedStatement made = names.get(ClientStatements.bytes(facts.effects().get(0).name()));
        if (made != null) {
          server.statements().confirm(made);
        }
      }
      for (Effect effect : facts.effects()) {
        if (!failed) {
          apply(
              effect,
              server,
              statusBefore == TransactionState.IDLE && status == TransactionState.IDLE && !divided);
        } else if (namesChanged > 0 && changesNames(effect)) {
          namesChanged--;
          apply(effect, server, false);
        } else if (divided || statusBefore != TransactionState.FAILED) {
          mayHave(effect, server, divided);
        }
      }
      if (mayDropTemporary(facts)) {
        pins.question(PinReason.TEMP_TABLE);
      }
      if (preparesAmongOthers(facts)) {
        pins.add(PinReason.PREPARE_IN_BATCH);
        server.residue().taint();
      }
    }
    if (status == TransactionState.IDLE) {
      unread = touched != null;
    }
    done++;
    if (done == sent) {
      names.allAnswered();
    }
    return ddl;
  }

  /** Whether it may be the last temporary table, or the like, that goes with it. */
  private static boolean mayDropTemporary(StatementFacts facts) {
    return facts.redefining() == Redefining.ITSELF
        && (facts.kind() == StatementKind.MULTI || !facts.has(Effect.Type.PIN));
  }

  /** What the server says of each of them. */
  void pinsRead(List<PinReason> asked, List<String> there) {
    for (int i = 0; i < asked.size(); i++) {
      if ("f".equals(there.get(i)) && !demandedByValues(asked.get(i))) {
        pins.remove(asked.get(i));
      }
    }
  }

  private boolean demandedByValues(PinReason reason) {
    String path = variables.get(rules.path());
    if (reason == PinReason.TEMP_TABLE && path != null && rules.temporary(path)) {
      return true; // what is made next is temporary
    }
    for (String name : variables.names()) {
      if (reason.equals(rules.pinOf(name, variables.get(name)))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a statement that does this has one of the tags that a server connection counts. */
  private static boolean changesNames(Effect effect) {
    return switch (effect.type()) {
      case PREPARE, DEALLOCATE, DEALLOCATE_ALL, RESET_SESSION -> true;
      default -> false;
    };
  }

  /** Whether part of the group that is answered next may be final whatever became of the rest. */
  private boolean divided(TransactionState statusBefore) {
    if (notes != null) {
      for (Note note : notes) {
        if (note.group() != done) {
          return false;
        }
        if (divides(note.facts(), statusBefore == TransactionState.IDLE)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Whether what a statement's group has done before it, or it itself, may be committed or undone
   * before the group ends.
   *
   * @param outside whether no transaction is open: only there procedures and code blocks commit
   */
  public static boolean divides(StatementFacts facts, boolean outside) {
    return switch (facts.kind()) {
      case BEGIN, COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
      case MULTI -> facts.transactionControlInside() || facts.commitsImplicitly();
      case CALL, BLOCK -> outside;
      default -> facts.commitsImplicitly() || facts.transactionControlInside();
    };
  }

  /**
   * A statement of a group that failed has done this, or not: what would be missed otherwise counts
   * as done, and what was there before as being there still.
   *
   * @param divided whether some of the group may have been committed
   */
  private void mayHave(Effect effect, ServerConnection server, boolean divided) {
    switch (effect.type()) {
      case PIN -> {
        // A lock, a seed or a loaded library stays though its statement failed.
        if (divided || effect.pin().outlivesRollback()) {
          apply(effect, server, false);
        }
      }
      case SET_VARIABLE, RESET_VARIABLE, RESET_ALL -> {
        if (divided) {
          apply(effect, server, false);
        }
      }
      case RESET_SESSION -> {
        server.applied(Variables.NONE);
        server.residue().taint();
        server.statements().doubtAll();
      }
      case MAY_SEED, LAST_USE, MAY_UNPIN, PIN_NAME, RENAMES_OBJECTS -> apply(effect, server, false);
      case OBJECT -> {
        if (pins.all().contains(effect.pin())) { // as the effect before it counts as well
          apply(effect, server, false);
        }
      }
      case DEALLOCATE_ALL -> server.statements().doubtAll();
      case DEALLOCATE -> {
        PreparedStatement statement = names.get(ClientStatements.bytes(effect.name()));
        if (statement != null) {
          server.statements().doubt(statement);
        }
      }
      default -> {}
    }
  }

  /**
   * A PREPARE with other statements in one text goes to the server under the client's own name, and
   * stays there whether the text failed or not.
   */
  private static boolean preparesAmongOthers(StatementFacts facts) {
    return facts.kind() == StatementKind.MULTI
        && facts.effects().stream().anyMatch(effect -> effect.type() == Effect.Type.PREPARE);
  }

  /**
   * @param plain whether the statement stood outside a transaction, so that it is final
   */
  private void apply(Effect effect, ServerConnection server, boolean plain) {
    switch (effect.type()) {
      case SET_VARIABLE -> touch(effect.name());
      case RESET_VARIABLE -> {
        if (plain) {
          reset(effect.name(), server);
        } else {
          touch(effect.name());
        }
      }
      case RESET_ALL -> {
        if (plain) {
          resetAll(server);
        } else {
          variables.names().forEach(this::touch);
          startup.names().forEach(this::touch);
        }
      }
      case RESET_SESSION -> reset(server);
      case DEALLOCATE_ALL -> {
        names.clear();
        server.statements().forgetAll();
      }
      case UNPIN_IF_FINAL -> {
        if (!plain) { // a ROLLBACK may bring it back
          pins.question(effect.pin());
        } else if (!demandedByValues(effect.pin())) {
          pins.remove(effect.pin());
        }
      }
      case MAY_UNPIN -> pins.question(effect.pin());
      case PIN_NAME -> pins.named(effect.name());
      case OBJECT -> pins.object(effect.pin(), effect.name());
      case END_OBJECT -> pins.endObject(effect.pin(), effect.name());
      case RENAMES_OBJECTS -> pins.objectsRenamed();
      case UNPIN -> {
        pins.remove(effect.pin());
        if (effect.pin() == PinReason.HOLD_CURSOR) {
          cursors = null;
        }
      }
      case PIN -> {
        pins.made(effect.pin(), server);
        if (effect.pin() == PinReason.HOLD_CURSOR) {
          cursors = cursors == null ? new HeldCursors() : cursors;
          cursors.declared();
        }
      }
      case OPEN_CURSOR -> {
        if (cursors != null) {
          cursors.named(effect.name(), done);
        }
      }
      case CLOSE_CURSOR -> {
        if (cursors != null) {
          cursors.closed(effect.name());
          unpinWithoutCursors();
        }
      }
      case UNLISTEN -> unlisten.accept(effect.name());
      case UNLISTEN_ALL -> unlisten.accept(null);
      case DEALLOCATE -> deallocate(effect.name(), server);
      case MAY_SEED -> server.residue().seedInDoubt();
      case LAST_USE -> server.residue().lastUse();
      case FORGET_SEQUENCES -> server.residue().sequencesForgotten();
      case PREPARE,
          EXECUTE,
          LISTEN,
          LAST_VALUE,
          SEQUENCE_STATE,
          COMMITS,
          FREE_DATABASE,
          SESSION_DEFAULTS,
          LOCAL_NAMES,
          LOCAL_DEFAULT,
          ASKS_SERVER,
          OWN -> {}
    }
  }

  private void unpinWithoutCursors() {
    if (cursors.none()) {
      cursors = null;
      pins.cursorsClosed();
    }
  }

  /**
   * No transaction is open after the group that was answered last.
   *
   * @param rolledBack whether one was before it, of which nothing is there any more
   */
  public void transactionOver(boolean rolledBack) {
    if (rolledBack) {
      pins.question(PinReason.TEMP_TABLE);
    }
    if (cursors == null) {
      return;
    }
    if (rolledBack) {
      cursors.rolledBack(done - 1);
      unpinWithoutCursors();
    }
    if (cursors != null) {
      cursors.transactionOver();
    }
  }

  /** Whether a cursor that outlives its transaction may be there, or be about to be. */
  public boolean mayHoldCursors() {
    return cursors != null || noted() > 0;
  }

  /** The session is as it began, and so is its server connection. */
  public void reset(ServerConnection server) {
    unlisten.accept(null);
    names.clear();
    pins.clear();
    cursors = null;
    held = null;
    forgetTouched();
    variables = startup;
    server.cleaned();
  }

  /** The session is to have this value, whatever its server connection has. */
  public void set(String name, String value) {
    variables = variables.with(name, value);
  }

  private void deallocate(String text, ServerConnection server) {
    byte[] name = ClientStatements.bytes(text);
    PreparedStatement statement = names.get(name);
    if (statement != null) {
      server.statements().forget(statement);
      names.remove(name);
    }
  }

  private void touch(String name) {
    if (!rules.ofTransaction(name)) {
      if (touched == null) {
        touched = new LinkedHashSet<>(4);
      }
      if (touched.add(name)) {
        touchedWeight += Variables.weight(name);
      }
    }
  }

  private void forgetTouched() {
    touched = null;
    unseen = Set.of();
    touchedWeight = 0;
  }

  /** About how many bytes the session's settings take. */
  public long settingsWeight() {
    return variables.weight() + startup.weight() + touchedWeight;
  }

  /**
   * The client's own start-up values of what these effects put back to its default, for the session
   * or for the transaction: a server's defaults are other ones.
   */
  public Variables afterReset(List<Effect> effects, boolean local) {
    Variables restored = Variables.NONE;
    if (startup.isEmpty()) {
      return restored;
    }
    Effect.Type wanted = local ? Effect.Type.LOCAL_DEFAULT : Effect.Type.RESET_VARIABLE;
    for (Effect effect : effects) {
      if (effect.type() == Effect.Type.RESET_ALL && !local) {
        restored = startupForReset();
      } else if (effect.type() == wanted && startup.get(effect.name()) != null) {
        restored = restored.with(effect.name(), startup.get(effect.name()));
      }
    }
    return restored;
  }

  /** The value of a setting that the client began with; null where it has given none. */
  public String startValue(String name) {
    return startup.get(name);
  }

  /** Whether the client began with settings of its own. */
  public boolean hasStartValues() {
    return !startup.isEmpty();
  }

  /** The statement that put it back to its default was followed by one that sets our own. */
  private void reset(String name, ServerConnection server) {
    if (touched != null && touched.remove(name)) {
      touchedWeight -= Variables.weight(name);
    }
    Variables applied = server.applied().without(name);
    server.reported().expected(name);
    String own = startup.get(name);
    server.applied(own == null ? applied : applied.with(name, own));
    variables = own == null ? variables.without(name) : variables.with(name, own);
  }

  private void resetAll(ServerConnection server) {
    forgetTouched();
    server.reported().takeChanged();
    Variables own = startupForReset();
    for (String name : variables.names()) {
      own = rules.outlivesReset(name) ? own.with(name, variables.get(name)) : own;
    }
    variables = own;
    server.applied(variables);
  }

  /** The start-up values that are in force again when all settings were put back. */
  private Variables startupForReset() {
    Variables own = startup;
    for (String name : startup.names()) {
      own = rules.outlivesReset(name) ? own.without(name) : own;
    }
    return own;
  }

  /**
   * The settings whose values are to be asked for before the connection may go, or an empty set.
   */
  public Set<String> touched() {
    return touched == null ? Set.of() : touched;
  }

  /** Whether a group that was sent, and is not answered yet, changes settings if it succeeds. */
  public boolean settingsInFlight() {
    if (notes == null) {
      return false;
    }
    for (Note note : notes) {
      if (note.group() < sent && note.facts().effects().stream().anyMatch(SessionState::sets)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a group that was sent, and is not answered yet, discards what the session has: its
   * start-up values are to be set anew before anything else is sent.
   */
  public boolean discardInFlight() {
    if (notes == null) {
      return false;
    }
    for (Note note : notes) {
      if (note.group() < sent && note.facts().effects().stream().anyMatch(SessionState::discards)) {
        return true;
      }
    }
    return false;
  }

  private static boolean discards(Effect effect) {
    return effect.type() == Effect.Type.RESET_SESSION;
  }

  private static boolean sets(Effect effect) {
    return switch (effect.type()) {
      case SET_VARIABLE, RESET_VARIABLE, RESET_ALL, RESET_SESSION -> true;
      default -> false;
    };
  }

  /**
   * Whether settings that were reported to the client have been changed for good and not been read
   * back: with the server connection they would be lost.
   */
  public boolean unread() {
    return unread && touched != null && !reported.keySet().containsAll(touched);
  }

  /**
   * Settings that the server has reported to be other ones than before, though no statement was
   * seen to set them: a function has, or the server has read its configuration again, which is no
   * setting of the session. They are read back like the others, with who has set them.
   */
  public void changedUnseen(Set<String> reportedNames, ServerConnection server) {
    Set<String> seen = touched == null ? Set.of() : Set.copyOf(touched);
    unseen = new HashSet<>();
    for (String name : reportedNames) {
      String setting = rules.nameOf(name);
      PinReason pin = rules.pinOfChange(setting);
      if (pin != null) {
        pins.add(pin, server);
      } else if (!rules.reportedOnly(setting)) {
        touch(setting);
        if (!seen.contains(setting)) {
          unseen.add(setting);
        }
      }
    }
  }

  /** Whether it is known by a report alone that the setting was changed. */
  boolean unseen(String name) {
    return unseen.contains(name);
  }

  /** The server has reported the value of a setting. */
  public void reported(String name, String value) {
    reported.put(name, value);
  }

  /** The value of a setting as the server has reported it last; null for what a fresh one has. */
  public String now(String name) {
    String since = reported.get(name);
    return since == null ? variables.get(name) : since;
  }

  /** The server connection is lost outside a transaction: what the server reported is kept. */
  public void keepReported() {
    if (unread && touched != null) {
      for (String name : touched) {
        String value = unseen.contains(name) ? null : reported.get(name);
        variables = value == null ? variables : variables.with(name, value);
      }
    }
  }

  /** Takes the values that the server gave for what was touched. */
  void captured(List<String> values, ServerConnection server) {
    int i = 0;
    for (String name : touched) {
      String value = values.get(i++);
      boolean gone = value == null || rules.unset(name, value);
      Variables applied = server.applied();
      server.applied(gone ? applied.without(name) : applied.with(name, value));
      variables = gone ? variables.without(name) : variables.with(name, value);
    }
    if (server.applied().equals(variables)) {
      server.applied(variables);
    }
    forgetTouched();
    reported.clear();
    pinForValues(server);
  }

  /** The connection was lost: what was in flight on it has no effect that we know of. */
  public void lost() {
    held = null;
    reported.clear();
    notes = null;
    forgetTouched();
    done = sent;
  }
}
