package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Asks the writer how far it has written, one question at a time: all who want to know while one is
 * on its way share the next.
 */
final class WriterClock {
  /** Asks the writer. */
  interface Question {
    Position ask() throws SQLException;
  }

  private final Executor executor;
  private final Question question;
  private List<CompletableFuture<Position>> waiting = new ArrayList<>();
  private boolean asking;
  private boolean closed;

  WriterClock(Executor executor, Question question) {
    this.executor = executor;
    this.question = question;
  }

  /** The answer to a question that is asked after this call. */
  CompletableFuture<Position> next() {
    CompletableFuture<Position> answer = new CompletableFuture<>();
    synchronized (this) {
      if (!closed) {
        waiting.add(answer);
        if (asking || ask()) {
          return answer;
        }
        waiting.remove(answer);
      }
    }
    answer.completeExceptionally(new SQLException("the cluster is not watched any more"));
    return answer;
  }

  private boolean ask() {
    try {
      executor.execute(this::run);
      asking = true;
    } catch (RejectedExecutionException e) {
      asking = false;
    }
    return asking;
  }

  private void run() {
    List<CompletableFuture<Position>> mine;
    synchronized (this) {
      mine = waiting;
      waiting = new ArrayList<>();
    }
    try {
      Position position = question.ask();
      mine.forEach(answer -> answer.complete(position));
    } catch (SQLException | RuntimeException | Error e) {
      // Also an error: who does not get to the end of this never asks again.
      mine.forEach(answer -> answer.completeExceptionally(e));
    }
    synchronized (this) {
      if (waiting.isEmpty() || !ask()) {
        asking = false;
      }
    }
  }

  /** Ends the clock: no waiting caller gets a position any more. */
  void close() {
    List<CompletableFuture<Position>> mine;
    synchronized (this) {
      closed = true;
      mine = waiting;
      waiting = new ArrayList<>();
    }
    mine.forEach(
        answer ->
            answer.completeExceptionally(new SQLException("the cluster is not watched any more")));
  }
}
