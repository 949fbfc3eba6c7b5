package dev.heimdall.engine.session.state;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.journal.ErrorCauses;
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
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * State that a session must find again on its next server connection, whichever that is: variables
 * and prepared names; and state that cannot be carried ({@link SessionPins}). Effects of statements
 * count when the server has said that they succeeded.
 */
public final class SessionState {
  private final StartupVariables given;
  private final Consumer<String> unlisten;
  private final PreparedNames names;
  private final SessionPins pins = new SessionPins();
  private final CarriedSettings settings;
  private String held;
  private ArrayDeque<Note> notes;

  /** Null where there are none, as for nearly all sessions. */
  private HeldCursors cursors;

  private long sent;
  private long done;

  /**
   * Effects of a statement, or of a multi-statement query, if it succeeds.
   *
   * @param at how many statements of its group were sent ahead of it; negative where that is not
   *     known
   * @param namesTaken whether the names that it takes were noted by themselves
   */
  private record Note(long group, StatementFacts facts, int at, boolean namesTaken) {}

  /**
   * @param unlisten called with each channel that the session gives up, null for all
   */
  public SessionState(
      SettingRules rules,
      StartupVariables given,
      StatementRegistry registry,
      Consumer<String> unlisten) {
    this.unlisten = unlisten;
    this.given = given;
    this.settings = new CarriedSettings(rules, given.carried(), pins);
    this.names = new PreparedNames(registry);
  }

  /** Rules for the meaning of its settings. */
  public SettingRules rules() {
    return settings.rules();
  }

  /** Variables that it has set, as far as they were read back. */
  public Variables variables() {
    return settings.variables();
  }

  /** Name of the client's application, by a setting or its log-in; may be null. */
  public String application(Login login) {
    String setting = rules().application();
    return setting.isEmpty() ? login.applicationName() : variables().get(setting);
  }

  /** All of its settings. */
  public CarriedSettings settings() {
    return settings;
  }

  public PreparedNames names() {
    return names;
  }

  /** Reason that the session keeps its server connection, or null. */
  public String pinReason() {
    return pins.any() ? pins.labels() : held;
  }

  /** Pins of the session. */
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

  /** Reason that the session holds its connection for the moment; null where it does not. */
  public String heldFor() {
    return held;
  }

  /** True if the session keeps its connection for what the next statement may ask. */
  public boolean held() {
    return held != null;
  }

  /**
   * True if its settings and prepared names are all that the session has: nothing pins it, nothing
   * waits to be read back, and everything sent is answered.
   */
  public boolean carriesAll() {
    return !pins.any() && !held() && settings.touched().isEmpty() && noted() == 0 && sent == done;
  }

  /** Variables of the client's start-up packet. */
  public StartupVariables given() {
    return given;
  }

  // ---- groups of messages: each ends with ReadyForQuery

  /** The group being sent contains a statement with these effects. */
  public void note(StatementFacts facts) {
    note(facts, -1, false);
  }

  /**
   * Notes a statement of the group being sent that the server skips behind an error.
   *
   * @param at how many statements of the group were sent ahead of it
   * @param namesTaken whether the names that it takes are noted by themselves
   */
  public void note(StatementFacts facts, int at, boolean namesTaken) {
    if (notes == null) {
      notes = new ArrayDeque<>(4);
    }
    notes.add(new Note(sent, facts, at, namesTaken));
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
            note ->
                renumbered.add(
                    new Note(
                        Math.max(done, note.group() - count),
                        note.facts(),
                        note.at(),
                        note.namesTaken())));
        notes = renumbered;
      }
    }
  }

  /** No more than this was carried out of the only text of the group that is answered next. */
  public void carriedOut(StatementFacts facts) {
    if (notes != null && notes.removeIf(note -> note.group() == done)) {
      notes.addFirst(new Note(done, facts, -1, false));
    }
  }

  /**
   * The next group was answered.
   *
   * @param error what it has ended with; null for none
   * @param causes what that says
   * @return whether it may have changed tables that prepared plans rely on
   */
  public boolean groupDone(
      ServerConnection server,
      ServerError error,
      ErrorCauses causes,
      TransactionState statusBefore,
      TransactionState status) {
    boolean failed = error != null;
    boolean ddl = false;
    boolean divided = divided(statusBefore);
    int namesChanged =
        failed ? server.delivery().namesChanged() : 0; // in order, and whatever came behind
    int reached = failed ? server.delivery().reached() : Integer.MAX_VALUE;
    while (notes != null && !notes.isEmpty() && notes.peek().group() == done) {
      Note note = notes.poll();
      StatementFacts facts = note.facts();
      ddl |= facts.redefining() == Redefining.ITSELF;
      if (failed && namesChanged == 0 && facts.kind() == StatementKind.PREPARE) {
        deallocate(facts.effects().get(0).name(), server); // its name is free again
      } else if (facts.kind() == StatementKind.PREPARE) {
        PreparedStatement made = names.get(ClientStatements.bytes(facts.effects().get(0).name()));
        if (made != null) {
          server.statements().confirm(made);
        }
      }
      if (failed && (note.at() >= reached || causes.unread(error, facts))) {
        continue;
      }
      for (Effect effect : facts.effects()) {
        boolean namesChange = failed && namesChanged > 0 && effect.changesNames();
        if (namesChange) {
          namesChanged--;
        }
        if (note.namesTaken()) {
          if (!failed || namesChange) {
            applyButNames(effect, server);
          }
        } else if (!failed) {
          apply(
              effect,
              server,
              statusBefore == TransactionState.IDLE && status == TransactionState.IDLE && !divided);
        } else if (namesChange) {
          apply(effect, server, false);
        } else if (divided || statusBefore != TransactionState.FAILED) {
          mayHave(effect, server, divided);
        }
      }
      if (facts.mayDropTemporary()) {
        pins.question(PinReason.TEMP_TABLE);
      }
      if (facts.preparesAmongOthers()) {
        pins.add(PinReason.PREPARE_IN_BATCH);
        server.residue().taint();
      }
    }
    if (status == TransactionState.IDLE) {
      settings.areFinal();
    }
    done++;
    if (done == sent) {
      names.allAnswered();
    }
    return ddl;
  }

  /** Applies the server's report on each of the pins. */
  public void pinsRead(List<PinReason> asked, List<String> there) {
    for (int i = 0; i < asked.size(); i++) {
      if ("f".equals(there.get(i)) && !settings.demand(asked.get(i))) {
        pins.remove(asked.get(i));
      }
    }
  }

  /** True if part of the group that is answered next may be final whatever became of the rest. */
  private boolean divided(TransactionState statusBefore) {
    if (notes != null) {
      for (Note note : notes) {
        if (note.group() != done) {
          return false;
        }
        if (note.facts().divides(statusBefore == TransactionState.IDLE)) {
          return true;
        }
      }
    }
    return false;
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
   * @param plain whether the statement stood outside a transaction, so that it is final
   */
  private void apply(Effect effect, ServerConnection server, boolean plain) {
    switch (effect.type()) {
      case SET_VARIABLE -> settings.touch(effect.name());
      case RESET_VARIABLE -> {
        if (plain) {
          settings.reset(effect.name(), server);
        } else {
          settings.touch(effect.name());
        }
      }
      case RESET_ALL -> {
        if (plain) {
          settings.resetAll(server);
        } else {
          settings.touchAll();
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
        } else if (!settings.demand(effect.pin())) {
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

  /** Applies its effects other than taking names. */
  private void applyButNames(Effect effect, ServerConnection server) {
    if (effect.type() == Effect.Type.RESET_SESSION) {
      resetButNames();
      server.cleanedButNames();
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

  /** True if a cursor that outlives its transaction may be there, or be about to be. */
  public boolean mayHoldCursors() {
    return cursors != null || noted() > 0;
  }

  /** The session is as it began, and so is its server connection. */
  public void reset(ServerConnection server) {
    resetButNames();
    names.clear();
    server.cleaned();
  }

  /** The session, which has no server connection, is as it began. */
  public void resetAway() {
    resetButNames();
    names.clear();
    settings.forgetReported();
  }

  private void resetButNames() {
    unlisten.accept(null);
    pins.clear();
    cursors = null;
    held = null;
    settings.begin();
  }

  private void deallocate(String text, ServerConnection server) {
    byte[] name = ClientStatements.bytes(text);
    PreparedStatement statement = names.get(name);
    if (statement != null) {
      server.statements().forget(statement);
      names.remove(name);
    }
  }

  /** True if a group that was sent, and is not answered yet, changes settings if it succeeds. */
  public boolean settingsInFlight() {
    return inFlight(Effect::setsSettings);
  }

  /**
   * True if a group that was sent, and is not answered yet, discards what the session has: its
   * start-up values are to be set anew before anything else is sent.
   */
  public boolean discardInFlight() {
    return inFlight(effect -> effect.type() == Effect.Type.RESET_SESSION);
  }

  private boolean inFlight(Predicate<Effect> wanted) {
    if (notes == null) {
      return false;
    }
    for (Note note : notes) {
      if (note.group() < sent && note.facts().effects().stream().anyMatch(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** The connection was lost: what was in flight on it has no effect that we know of. */
  public void lost() {
    held = null;
    notes = null;
    settings.lost();
    done = sent;
  }
}
