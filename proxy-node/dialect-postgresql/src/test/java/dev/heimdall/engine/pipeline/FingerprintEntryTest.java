package dev.heimdall.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FingerprintEntryTest {
  private static final NameScope SCOPE = new NameScope("db", "app", null);
  private static final ParsedStatement PARSED =
      ParsedStatement.of(StatementClass.READ, List.of(), List.of(), Set.of(), List.of());

  private final FingerprintEntry known =
      new FingerprintEntry(1, 2, null, "select ?", false, false, new StatementTimes());

  FingerprintEntryTest() {
    known.beingParsed(() -> {});
    known.parsed(PARSED);
  }

  @Test
  void theCatalogueThatItWasJudgedByIsLetGo() {
    WeakReference<Catalogue> judgedBy = judge();

    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (judgedBy.get() != null && System.nanoTime() < deadline) {
      System.gc();
    }
    assertThat(judgedBy.get()).isNull();
    assertThat(known.normalised()).isEqualTo("select ?");
  }

  private WeakReference<Catalogue> judge() {
    Catalogue catalogue = Catalogue.unknown("db", PostgresObjects.INSTANCE);
    assertThat(known.statement(SCOPE, catalogue).kind()).isEqualTo(StatementClass.READ);
    return new WeakReference<>(catalogue);
  }

  @Test
  void theSameCatalogueIsAskedOnce() {
    Statement first = known.statement(SCOPE, Catalogue.unknown("db", PostgresObjects.INSTANCE));

    assertThat(known.statement(SCOPE, Catalogue.unknown("db", PostgresObjects.INSTANCE)))
        .isSameAs(first);
    assertThat(
            known.statement(
                new NameScope("db", "other", null),
                Catalogue.unknown("db", PostgresObjects.INSTANCE)))
        .isNotSameAs(first);
  }
}
