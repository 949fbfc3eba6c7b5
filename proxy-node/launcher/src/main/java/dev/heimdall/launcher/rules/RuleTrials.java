package dev.heimdall.launcher.rules;

import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.manager.trial.Question;
import dev.heimdall.manager.trial.StatementTrial;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.util.List;
import java.util.Optional;

/** Tries statements for the manager with the engine's rules. */
public final class RuleTrials implements StatementTrial {
  @Override
  public Verdict of(Configuration configuration, Question question) {
    VirtualDatabase vdb = configuration.vdbs().get(question.vdb());
    SessionFacts facts =
        new SessionFacts(
            vdb.name(),
            TriedStatement.catalog(vdb, question.database(), question.user()),
            question.user(),
            question.groups(),
            question.application(),
            question.address(),
            question.port().orElse(vdb.ports().get(0)),
            1,
            TriedStatement.foldedSchema(configuration, vdb));
    TriedStatement tried =
        TriedStatement.of(
            configuration,
            vdb,
            facts,
            question.statement(),
            question.inTransaction(),
            question.prepared(),
            -1);
    List<Verdict.Way> ways =
        new LikelyWay(configuration, vdb, tried, question.inTransaction()).ways();
    return new Verdict(
        List.copyOf(tried.tables()),
        Optional.ofNullable(tried.statement().doubt()),
        tried.explanation().rows().stream().map(RuleTrials::met).toList(),
        tried.explanation().decision().effects(),
        tried.explanation().decision().transformed(),
        ways.get(ways.size() - 1).place(),
        ways);
  }

  private static Verdict.Met met(Explanation.Row row) {
    return new Verdict.Met(
        row.depth(),
        row.list(),
        row.number(),
        row.comment().orElse(""),
        row.action(),
        row.matched()
            ? Verdict.Meeting.MATCHED
            : row.tried() ? Verdict.Meeting.NOT_MATCHED : Verdict.Meeting.SKIPPED,
        row.why(),
        row.effect());
  }
}
