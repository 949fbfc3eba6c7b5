package dev.heimdall.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Distribution of connections over the servers of a cluster: {@code drivers/<name>.json}. Written
 * as JDBC URLs with variables; carried out by the node itself.
 */
public record Driver(
    @Setting(
            value =
                "The name that data sources refer to. `postgresql`, `mysql` and `sqlserver` are"
                    + " there without a document; one of that name takes their place.",
            otherwise = "the file's base name",
            format = Format.NAME)
        String name,
    @Setting(
            value =
                "Where connections that may write go. `${writer}` makes an entry for each writer,"
                    + " `${writers}` a list of them, `${readers}` a list of all servers with writers"
                    + " first, `${writeEndpoint}` is the cluster's own name for its writer, and"
                    + " `${listener}` that of SQL Server.",
            required = true,
            format = Format.WRITER_URL)
        String writerUrl,
    @Setting(
            value =
                "Where connections that only read go. `${reader}` makes an entry for each server,"
                    + " replicas with the weight 10 and writers with the weight 1, `${readers}` a"
                    + " list of all servers with writers first, `${readEndpoint}` is the cluster's"
                    + " own name for its readers.",
            required = true,
            format = Format.READER_URL)
        String readerUrl,
    @Setting(value = "What people should know of it.", format = Format.PROSE)
        Optional<String> notes) {

  /** The drivers that are there without a document, by name. */
  static Map<String, Driver> builtIn() {
    Map<String, Driver> drivers = new TreeMap<>();
    for (Driver driver :
        List.of(
            new Driver(
                "postgresql",
                "jdbc:postgresql://${readers}/${database}?targetServerType=primary",
                "jdbc:postgresql://${readers}/${database}?targetServerType=preferSecondary"
                    + "&loadBalanceHosts=true",
                Optional.empty()),
            new Driver(
                "mysql",
                "jdbc:mysql://${writers}/${database}",
                "jdbc:mysql://${reader}/${database}",
                Optional.empty()),
            new Driver(
                "sqlserver",
                "jdbc:sqlserver://${writer};databaseName=${database}",
                "jdbc:sqlserver://${reader};databaseName=${database};applicationIntent=ReadOnly",
                Optional.empty()))) {
      drivers.put(driver.name(), driver);
    }
    return drivers;
  }

  /** Destinations of connections that may write, as long as the cluster is as it is. */
  public List<NodeEntry> writers(ClusterMembers members) {
    return writerTemplate().entries(members);
  }

  /** Destinations of connections that only read, as long as the cluster is as it is. */
  public List<NodeEntry> readers(ClusterMembers members) {
    return readerTemplate().entries(members);
  }

  UrlTemplate writerTemplate() {
    return UrlTemplate.parse(writerUrl, UrlTemplate.Use.WRITER);
  }

  UrlTemplate readerTemplate() {
    return UrlTemplate.parse(readerUrl, UrlTemplate.Use.READER);
  }
}
