package dev.heimdall.manager.pages;

import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.Seen;
import dev.heimdall.manager.edit.StoredObjects;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.RuleList;
import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** {@code /}: what there is, and whether it is right. */
final class OverviewPage {
  static final String PATH = "/";

  private static final String NODE = "node.json";
  private static final int SHOWN_VERSION = 12;

  private final Editor editor;
  private final Shells shells;
  private final Templates templates;

  OverviewPage(Editor editor, Shells shells, Templates templates) {
    this.editor = editor;
    this.shells = shells;
    this.templates = templates;
  }

  Answer answer(Session session) throws StoreException, EditRefused {
    Seen seen = editor.look();
    String version = seen.documents().version();
    View.Overview view =
        new View.Overview(
            version.substring(0, Math.min(SHOWN_VERSION, version.length())),
            Troubles.of(seen.problems(), ""),
            tables(seen));
    return templates.page(
        200, "overview", Map.of("shell", shells.of("Overview", session), "view", view));
  }

  private static List<View.Table> tables(Seen seen) {
    List<View.Table> tables = new ArrayList<>();
    tables.add(
        table(
            seen,
            "vdbs/",
            "Virtual databases",
            "What clients connect to.",
            List.of("Ports", "Data source", "Pool", "Rules"),
            (configuration, name) ->
                Optional.ofNullable(configuration.vdbs().get(name)).map(OverviewPage::cells)));
    tables.add(
        table(
            seen,
            "sources/",
            "Data sources",
            "The servers behind them.",
            List.of("Engine", "Hosts", "Log-in", "TLS"),
            (configuration, name) ->
                Optional.ofNullable(configuration.sources().get(name))
                    .map(source -> cells(source, configuration))));
    tables.add(
        table(
            seen,
            "rules/",
            "Rule lists",
            "What is done with statements.",
            List.of("State", "Rules", "Used by", "Comment"),
            (configuration, name) ->
                Optional.ofNullable(configuration.rules().get(name))
                    .map(list -> cells(list, configuration))));
    tables.add(
        table(
            seen,
            "users/",
            "Users",
            "Who may log in to the virtual databases.",
            List.of("Password", "Virtual databases", "Admin database"),
            (configuration, name) ->
                Optional.ofNullable(configuration.users().get(name)).map(OverviewPage::cells)));
    tables.add(
        table(
            seen,
            "drivers/",
            "Drivers",
            "How connections are spread over the servers of a cluster. Those of the engines are there without a document.",
            List.of("Writer URL", "Reader URL"),
            (configuration, name) ->
                Optional.ofNullable(configuration.drivers().get(name)).map(OverviewPage::cells)));
    tables.add(node(seen));
    tables.add(others(seen, tables));
    return tables;
  }

  private static View.Table table(
      Seen seen,
      String folder,
      String title,
      String meaning,
      List<String> columns,
      BiFunction<Configuration, String, Optional<List<String>>> cells) {
    List<View.Row> rows = new ArrayList<>();
    StoredObjects.names(folder, seen.documents())
        .forEach(
            name ->
                rows.add(
                    new View.Row(
                        name,
                        Links.object(folder + name + ".json", name),
                        seen.configuration()
                            .flatMap(configuration -> cells.apply(configuration, name))
                            .orElse(List.of()))));
    return new View.Table(title, meaning, folder, columns, rows);
  }

  private static List<String> cells(VirtualDatabase vdb) {
    return List.of(
        listed(vdb.ports().stream().map(String::valueOf).toList()),
        vdb.source(),
        Integer.toString(vdb.pool().size()),
        listed(vdb.rules()));
  }

  /** Returns the cells of a data source; where only an ARN is written, nodes find out the rest. */
  private static List<String> cells(DataSource source, Configuration configuration) {
    Optional<String> arn = Optional.ofNullable(configuration.byArn().arns().get(source.name()));
    return List.of(
        arn.isPresent() ? "that of the ARN" : source.engine().spelling(),
        arn.orElseGet(() -> listed(source.hosts().stream().map(String::valueOf).toList())),
        source.user().orElse(source.hasLogin() ? "from AWS" : "the client's own"),
        spelled(source.tls().mode()));
  }

  private static List<String> cells(RuleList list, Configuration configuration) {
    return List.of(
        list.enabled() ? "on" : "off",
        Integer.toString(list.rules().size()),
        listed(
            configuration.vdbs().values().stream()
                .filter(vdb -> vdb.rules().contains(list.name()))
                .map(VirtualDatabase::name)
                .toList()),
        list.comment().orElse(""));
  }

  private static List<String> cells(User user) {
    return List.of(
        password(user),
        user.vdbs().isEmpty() ? "all" : listed(user.vdbs()),
        user.admin() ? "yes" : "no");
  }

  private static List<String> cells(Driver driver) {
    return List.of(driver.writerUrl(), driver.readerUrl());
  }

  /** There is one, also where it is not written. */
  private static View.Table node(Seen seen) {
    boolean written = seen.documents().all().containsKey(NODE);
    return new View.Table(
        "Nodes",
        "What all nodes of the fleet have in common.",
        NODE,
        List.of("Settings"),
        List.of(
            new View.Row(
                "Settings of nodes",
                Links.form(NODE),
                List.of(written ? "in " + NODE : "all at their defaults"))));
  }

  private static String password(User user) {
    if (user.password().or(user::verifier).filter(Secret::isUnread).isPresent()) {
      return "in Secrets Manager";
    }
    return user.password().isPresent()
        ? "kept here"
        : user.verifier().isPresent() ? "hashed" : "none";
  }

  /** As documents have it. */
  private static String spelled(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "–" : String.join(", ", names);
  }

  private static View.Table others(Seen seen, List<View.Table> objects) {
    List<View.Row> rows = new ArrayList<>();
    seen.documents()
        .all()
        .forEach(
            (document, stored) -> {
              if (objects.stream()
                  .noneMatch(
                      table ->
                          document.equals(table.folder())
                              || StoredObjects.isObject(document, table.folder()))) {
                rows.add(
                    new View.Row(
                        document,
                        Links.document(document),
                        List.of("%,d bytes".formatted(stored.content().size()))));
              }
            });
    return new View.Table(
        "Other documents", "Certificates, and what there is besides.", "", List.of("Size"), rows);
  }
}
