package dev.heimdall.engine.session;

import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.LoopMetrics;
import dev.heimdall.engine.pipeline.LoopKnowledge;
import dev.heimdall.engine.pipeline.LoopPipelines;
import dev.heimdall.engine.pipeline.StatementTimes;
import dev.heimdall.engine.prepared.ServerNaming;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.rules.RuleMemory;
import dev.heimdall.engine.session.placement.LoopRouters;
import dev.heimdall.engine.session.state.SessionMemory;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.wire.ServerError;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The sessions of one dialect on one event loop, and what they use in turn: the classifier and the
 * registry of statements.
 */
public final class LoopSessions {
  private final LoopContext context;
  private final LoopPipelines pipelines;
  private final LoopMetrics metrics;
  private final StatementRegistry statements;
  private final SessionMemory.OfLoop memory;

  /** Of texts that no catalogue is asked about. */
  private final StatementClassifier classifier;

  private final RecurringTexts recurring = new RecurringTexts();
  private final LoopClients clients;
  private final LoopRouters routers = new LoopRouters();

  /** Variables that the client that logged in last has requested. */
  private StartupVariables lastGiven;

  /**
   * @param clients those of the loop, whatever they speak
   * @param budget what its caches have their share of
   */
  public LoopSessions(
      LoopContext context,
      LoopMetrics metrics,
      LoopClients clients,
      Judging judging,
      ServerNaming naming,
      MemoryBudget budget) {
    this.pipelines =
        new LoopPipelines(
            new LoopKnowledge(
                judging.key0(),
                judging.key1(),
                judging.statements().classifier(true),
                judging.times(),
                judging.offLoop(),
                context.loop(),
                budget.ofLoop(BudgetedCache.STATEMENTS)),
            judging.offLoop(),
            context.loop(),
            new RuleMemory(budget.ofLoop(BudgetedCache.RULES)));
    this.context = context;
    this.clients = clients;
    this.classifier = judging.statements().classifier(false);
    this.metrics = metrics;
    this.statements = new StatementRegistry(naming, budget);
    this.memory = new SessionMemory.OfLoop(budget, context.loop());
  }

  /**
   * With what all loops judge statements of one dialect.
   *
   * @param statements how they are read
   * @param times how long statements take
   * @param key0 with {@code key1} the secret key of fingerprints
   * @param offLoop where texts are read and tried that take long
   */
  public record Judging(
      SqlDialect statements, StatementTimes times, long key0, long key1, Executor offLoop) {}

  LoopPipelines pipelines() {
    return pipelines;
  }

  public StatementRegistry statements() {
    return statements;
  }

  /**
   * For a session that begins.
   *
   * @param fatal sends its client an error and closes
   */
  SessionMemory memory(Consumer<ServerError> fatal) {
    return memory.of(fatal);
  }

  /**
   * The variables that a client asks for, in the one copy for all clients in a row that ask for the
   * same, as those of one application do: it is kept once, and found equal at a glance.
   */
  StartupVariables shared(StartupVariables given) {
    if (!given.equals(lastGiven)) {
      lastGiven = given;
    }
    return lastGiven;
  }

  public StatementClassifier classifier() {
    return classifier;
  }

  public RecurringTexts recurring() {
    return recurring;
  }

  public LoopMetrics metrics() {
    return metrics;
  }

  /** Routers for the reads of its sessions. */
  LoopRouters routers() {
    return routers;
  }

  /** The clients of this loop, whatever they talk to. */
  public LoopClients clients() {
    return clients;
  }

  public LoopContext context() {
    return context;
  }
}
