package dev.heimdall.engine.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Redefinition;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.ServerAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OutsideWritesTest {
  private final WritePositions positions =
      new WritePositions(() -> CompletableFuture.completedFuture(new Lsn(1)));
  private final Noted definitions = new Noted();
  private final OutsideWrites outside = new OutsideWrites(positions, definitions);

  /** What the node has to doubt, and whether results were still believed then. */
  private final class Noted implements Definitions {
    final List<String> notes = new ArrayList<>();

    @Override
    public Runnable changing(String database) {
      throw new AssertionError("nothing is announced");
    }

    @Override
    public Runnable apart() {
      throw new AssertionError("other nodes have no part in it");
    }

    @Override
    public void written(Redefinition redefinition) {
      notes.add(redefinition.database());
    }

    @Override
    public void free(String database) {
      throw new AssertionError("nobody wants that");
    }

    @Override
    public void sessionDefaultsChanged() {
      throw new AssertionError("nobody has said so");
    }

    @Override
    public void missed() {
      notes.add("all, heard: " + outside.heard());
    }

    @Override
    public void otherServer() {
      throw new AssertionError("the cluster says that");
    }
  }

  @Test
  void definitionsMayHaveChangedUnheardBeforeAnythingIsKeptAgain() {
    ChangeSink sink = outside.sink();
    sink.following();
    assertThat(definitions.notes).containsExactly("all, heard: false");
    sink.gap("the server is unavailable");
    sink.following();
    assertThat(definitions.notes).containsExactly("all, heard: false", "all, heard: false");
    assertThat(outside.heard()).isTrue();
  }

  @Test
  void ofChangedDefinitionsTheDatabaseIsDoubtedAndAllTablesAre() {
    ChangeSink sink = outside.sink();
    sink.following();
    definitions.notes.clear();
    long before = positions.noted();
    sink.defined("app");
    assertThat(definitions.notes).containsExactly("app");
    assertThat(positions.unwrittenSince(before, List.of("app.any"))).isFalse();
  }

  /** A log that is begun anew gives them to other commits. */
  @Test
  void afterAGapPlacesOfBeforeAreNotKnown() {
    ChangeSink sink = outside.sink();
    sink.following();
    positions.committed(List.of("app.item"), false, new Lsn(7));
    assertThat(sink.written(List.of("app.item"), new Lsn(7))).isFalse();
    sink.gap("its log is another one");
    sink.following();
    assertThat(sink.written(List.of("app.item"), new Lsn(7))).isTrue();
  }

  @Test
  void afterAGapProcessesOfBeforeAreNotKnown() {
    ServerAddress server = new ServerAddress("a", 5432);
    ChangeSink sink = outside.sink();
    sink.following();
    outside.ownCommit(server, 7, List.of("t", "u"));
    assertThat(sink.noted(server, 7, "t")).isTrue();
    sink.gap("the server was started anew");
    sink.following();
    assertThat(sink.noted(server, 7, "u")).isFalse();
  }
}
