package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.pipeline.Redefined;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.PossibleReadings;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.vdb.VdbContext;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * From where a session's statements are looked at: the database, role and path by which their names
 * are resolved, and the facts of the session that rules ask for. Follows the session's variables.
 */
final class SessionScope {
  private static final long CATALOGUE_AGAIN_MILLIS = 20;

  private final SessionContext session;
  private final VdbContext vdb;
  private final SqlDialect dialect;
  private final SessionState carried;
  private final QueryPipeline pipeline;
  private Variables passedOn;
  private NameScope scope;

  /** Of a statement that was prepared when names led elsewhere; null for others. */
  private NameScope prepared;

  private boolean pathMoved;
  private final OwnDefinitions own;

  SessionScope(
      SessionContext session, SqlDialect dialect, QueryPipeline pipeline, OwnDefinitions own) {
    this.session = session;
    this.vdb = session.vdb();
    this.dialect = dialect;
    this.carried = session.carried();
    this.pipeline = pipeline;
    this.own = own;
  }

  /** Scope to which unqualified names lead now. */
  private NameScope now() {
    NameScope here = prepared == null ? scope : prepared;
    return pathMoved ? here.unsure() : here;
  }

  /**
   * The statement that is looked at next was prepared when names led there.
   *
   * @param path the value of the setting that said so; null for none
   */
  void preparedBy(String path) {
    prepared = of(path);
  }

  private NameScope of(String path) {
    SettingRules rules = carried.rules();
    String role = carried.variables().get(rules.role());
    PoolKey pool = session.lease().destinations().home().key();
    return new NameScope(
        rules.database(pool.database(), path),
        role == null ? pool.credential().user() : role,
        path == null ? null : rules.schemas(path));
  }

  /**
   * Takes note of a text that may move the path: from here to the end of the transaction it is
   * unknown where unqualified names lead.
   */
  void note(LexerMode lexerMode) {
    ClassifiedText executed = executed(lexerMode);
    if ((executed == null ? pipeline.known() : executed.known()).movesPath()) {
      pathMoved = true;
    }
  }

  /** Text that an EXECUTE runs, as far as this node has seen it being prepared; else null. */
  private ClassifiedText executed(LexerMode lexerMode) {
    StatementFacts found = pipeline.effects();
    if (found.kind() != StatementKind.EXECUTE || found.effects().isEmpty()) {
      return null;
    }
    byte[] name = ClientStatements.bytes(found.effects().get(0).name());
    PreparedStatement prepared = carried.names().get(name);
    if (prepared != null && prepared.source() == null && prepared.isSql()) {
      prepares(prepared, lexerMode);
    }
    ClassifiedText source = prepared == null ? null : (ClassifiedText) prepared.source();
    if (source != null && isReadOtherwise(source, lexerMode)) {
      source = pipeline.examine(source.sql(), source.length(), source.lexerMode().doubted());
      prepared.source(source);
    }
    return source;
  }

  /** True if a server that prepares it anew for an EXECUTE reads it otherwise than at first. */
  private boolean isReadOtherwise(ClassifiedText found, LexerMode now) {
    LexerMode then = found.lexerMode();
    if (then.doubtful() || !(now.doubtful() || then.backslashEscapes() != now.backslashEscapes())) {
      return false;
    }
    LexerMode other = new LexerMode(!then.backslashEscapes(), then.quotedNames(), false);
    return new PossibleReadings(dialect)
        .of(found.sql(), 0, found.length(), List.of(then, other))
        .doubtful();
  }

  /**
   * An SQL PREPARE was judged and is being carried out: what it prepares is looked at now, as
   * settings may be other ones when it is run. If it was not looked at then, it is looked at when
   * it is run.
   *
   * @param lexerMode of the PREPARE, as far as that is known
   */
  void prepares(PreparedStatement made, LexerMode lexerMode) {
    byte[] body = made.body();
    int begin = pipeline.preparedText(body, lexerMode);
    if (begin >= 0) {
      made.source(pipeline.examine(Arrays.copyOfRange(body, begin, body.length), lexerMode));
    }
  }

  /** Step 2 of the pipeline, for the text that it has classified last. */
  boolean understand(byte[] sql, int offset, int length, LexerMode lexerMode) {
    if (own.suspect() && pipeline.confirmed(scope.database())) {
      own.confirmed();
    }
    Redefined redefined = own.redefined();
    ClassifiedText executed = executed(lexerMode);
    if (executed != null) {
      return pipeline.understand(executed, now(), redefined);
    }
    if (!pipeline.understand(sql, offset, length, lexerMode, now(), redefined)) {
      return false;
    }
    Statement found = pipeline.statement();
    if (found == null || found.parsed().statements() < 2) {
      return true;
    }
    if (found.mayDefine()) {
      // What is known may be over before the next statement of the text makes use of it.
      Redefined inside = found.keepsCode() ? Redefined.TABLES : Redefined.CODE;
      if (inside.compareTo(redefined) > 0) {
        redefined = inside;
        if (!pipeline.understand(sql, offset, length, lexerMode, now(), redefined)) {
          return false;
        }
      }
    }
    // If one moves the path, be it inside a function, then the next may mean more.
    return pathMoved
        || !pipeline.statement().movesPath()
        || pipeline.understand(sql, offset, length, lexerMode, now().unsure(), redefined);
  }

  /**
   * True if to wait with the statement that was looked at last, because what it runs may have been
   * redefined a moment ago, and the catalogue is being read.
   */
  boolean awaitsDefinitions() {
    return comesAgainIf(lacksDefinitions());
  }

  private boolean lacksDefinitions() {
    Catalogue.Edition by = pipeline.outdated(now(), own.suspect());
    boolean awaited = by != null && pipeline.beingReadAgain(scope.database());
    if (awaited && own.waits(by)) {
      return true;
    }
    if (by != null && own.suspect()) {
      own.doubted();
      return true; // to be looked at anew
    }
    if (awaited) {
      return false;
    }
    Catalogue.Edition lacking = own.pending() ? null : pipeline.lacking(now());
    return lacking != null && own.awaitsMade(lacking, pipeline.unconfirmed());
  }

  /** True if this catalogue is still what statements are to be judged by. */
  boolean isCurrent(Catalogue.Edition edition) {
    return vdb.definitions().judges(scope.database(), edition);
  }

  /**
   * The catalogue by which they are judged now; null where that is uncertain, or none is needed.
   */
  Catalogue.Edition edition() {
    return scope == null ? null : vdb.definitions().edition(scope.database());
  }

  /** True if that is not known because the server has not said so for some time. */
  boolean looksLate() {
    return vdb.definitions().looksLate(scope.database());
  }

  /**
   * True if what names mean is known, so that a text can be looked at; if not, the reader comes
   * again when it may be.
   */
  boolean mayLook() {
    tellPipeline();
    return !session.lease().awaitsSettings()
        && !comesAgainIf(pipeline.awaitsCatalogue(scope.database()));
  }

  private boolean comesAgainIf(boolean waits) {
    if (waits) {
      LoopContext loop = session.loop();
      loop.later(
          () -> session.requests().resume(),
          CATALOGUE_AGAIN_MILLIS,
          TimeUnit.MILLISECONDS,
          session::failed);
    }
    return waits;
  }

  /** Text as which a call by a function's OID is judged. */
  String callOf(int function) {
    return pipeline.callOf(function, scope.database());
  }

  /** From here to the end of the transaction it cannot be told where unqualified names lead. */
  void pathMoved() {
    pathMoved = true;
  }

  boolean moved() {
    return pathMoved;
  }

  /**
   * A statement is being sent that may have to do with temporary tables. What it creates is
   * temporary though nothing says so if the path has the schema of temporary objects: as a default
   * of the role, or because a function has set it.
   */
  void noteTemporary(ServerConnection server, Statement statement, StatementFacts effects) {
    for (Effect effect : effects.effects()) {
      if (effect.type() == Effect.Type.SET_VARIABLE
          && carried.rules().fixedByUse().contains(effect.name())) {
        vdb.fixedSettingUsed();
      }
    }
    if (statement == null ? !mayCreate(effects) : !statement.mayDefine()) {
      return;
    }
    String path = carried.rules().path();
    if (isTemporary(server.reported().get(path)) || isTemporary(carried.variables().get(path))) {
      session.pin(PinReason.TEMP_TABLE);
      server.residue().taint();
    } else if (pathMoved) {
      server.residue().taint(); // it is not known yet where to
    }
  }

  private static boolean mayCreate(StatementFacts effects) {
    return switch (effects.kind()) {
      case DDL, MULTI, BLOCK, CALL -> true;
      default -> false;
    };
  }

  private boolean isTemporary(String path) {
    return path != null && carried.rules().temporary(path);
  }

  /** No transaction is open and nothing is unanswered: settings are what was read back. */
  void settingsKnown() {
    pathMoved = false;
  }

  /**
   * Tells the pipeline what has changed of the session and of what its statements are judged by.
   */
  private void tellPipeline() {
    pipeline.rulesAndCatalogues(vdb.rulesAndCatalogues());
    prepared = null;
    Variables variables = carried.variables();
    if (passedOn == variables) {
      return;
    }
    passedOn = variables;
    scope = of(variables.get(carried.rules().path()));
    pipeline.session(facts());
  }

  private SessionFacts facts() {
    Login login = session.login();
    InetSocketAddress client = login.address();
    int port =
        session.channel().localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    return new SessionFacts(
        vdb.name(),
        session.lease().destinations().database(),
        login.user(),
        login.groups(),
        carried.application(login),
        client == null ? null : client.getAddress(),
        port,
        session.start().processId(),
        dialect.foldedSchema());
  }
}
