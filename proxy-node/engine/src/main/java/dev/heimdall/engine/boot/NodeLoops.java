package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.pipeline.StatementTimes;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.model.Engine;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;

/**
 * The event loops, each with what the clients of each engine need there.
 *
 * @param all in their order
 */
record NodeLoops(List<NodeLoop> all) {
  NodeLoops {
    all = List.copyOf(all);
  }

  static NodeLoops of(
      EventLoopGroup loops,
      Dialects dialects,
      Metrics metrics,
      MemoryBudget budget,
      RandomGenerator random,
      ExecutorService offLoop) {
    StatementTimes times = new StatementTimes();
    long key0 = random.nextLong();
    long key1 = random.nextLong();
    List<NodeLoop> all = new ArrayList<>();
    for (EventExecutor loop : loops) {
      int index = all.size();
      LoopContext at = new LoopContext(index, (EventLoop) loop);
      LoopClients clientsOfLoop = new LoopClients();
      Map<Engine, LoopSessions> sessions = new LinkedHashMap<>();
      for (Engine engine : dialects.engines()) {
        Dialect dialect = dialects.of(engine);
        sessions.put(
            engine,
            new LoopSessions(
                at,
                metrics.loop(index),
                clientsOfLoop,
                new LoopSessions.Judging(dialect.statements(), times, key0, key1, offLoop),
                dialect.naming().apply(index),
                budget));
      }
      all.add(new NodeLoop(at, clientsOfLoop, sessions));
    }
    return new NodeLoops(all);
  }

  /** Session resources of clients of this engine, by loop. */
  List<LoopSessions> sessions(Engine engine) {
    return all.stream().map(loop -> loop.sessions().get(engine)).toList();
  }
}
