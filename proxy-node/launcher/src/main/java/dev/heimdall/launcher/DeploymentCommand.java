package dev.heimdall.launcher;

import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.draft.Draft;
import dev.heimdall.cdk.draft.DraftDatabase;
import dev.heimdall.cdk.draft.DraftLogIn;
import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.launcher.deployment.Account;
import dev.heimdall.launcher.deployment.DeploymentOptions;
import dev.heimdall.launcher.deployment.Dialogue;
import dev.heimdall.launcher.deployment.DraftFiles;
import dev.heimdall.launcher.deployment.Keyed;
import dev.heimdall.launcher.deployment.MissingSecret;
import dev.heimdall.launcher.deployment.NewDeployment;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.routing.AwsAccess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall deployment}. */
@Command(
    name = "deployment",
    description = "Writes what the CDK app deploys on AWS.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = DeploymentCommand.New.class)
final class DeploymentCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "new is missing.");
  }

  /** {@code heimdall deployment new}. */
  @Command(
      name = "new",
      description = {
        "Writes a deployment file and the first documents of its nodes, beside it: reads what this"
            + " account has in AWS, and asks for what it may not read.",
        "Nothing is changed in AWS, but for a secret that you have it make, and no secret is read."
            + " Options that take KEY=VALUE are for one database (its name) or one region, and"
            + " may be repeated."
      })
  static final class New implements Callable<Integer> {
    private static final String CDK = "npx aws-cdk@2.1148.1";
    private static final String ANY_REGION = "us-east-1";

    @Mixin private HelpOption help;

    @Spec private CommandSpec spec;

    @Option(
        names = "--region",
        paramLabel = "REGION",
        description = "A region that gets nodes. Without it: those of the databases.")
    private List<String> regions = new ArrayList<>();

    @Option(
        names = "--cluster",
        paramLabel = "ARN",
        description =
            "A cluster, global cluster or instance of RDS: ARN or name. Without it: all that there"
                + " are in the regions.")
    private List<String> clusters = new ArrayList<>();

    @Option(names = "--name", paramLabel = "NAME", description = "The fleet. Default: heimdall.")
    private String name;

    @Option(
        names = "--clients",
        paramLabel = "[REGION=]NETWORK|GROUP",
        description =
            "Who may connect: networks, or security groups. Default: the network of the databases.")
    private List<String> clients = new ArrayList<>();

    @Option(
        names = "--vpc",
        paramLabel = "[REGION=]VPC",
        description = "The nodes' network, or new. Default: that of the databases.")
    private List<String> vpcs = new ArrayList<>();

    @Option(
        names = "--subnet",
        paramLabel = "[REGION=]SUBNET",
        description =
            "Private subnets of it, one for each zone. Default: those with a way to AWS's"
                + " services.")
    private List<String> subnets = new ArrayList<>();

    @Option(
        names = "--addresses",
        paramLabel = "[REGION=]NETWORK",
        description = "The network's addresses, where AWS does not tell them, or one is made.")
    private List<String> addresses = new ArrayList<>();

    @Option(
        names = "--join",
        paramLabel = "none|peering|existing",
        description =
            "How the networks of several regions are connected. Default: by what connects them"
                + " already, else by peering connections that the deployment makes.")
    private String join;

    @Option(
        names = "--zone",
        paramLabel = "DOMAIN",
        description =
            "The private zone that is made for a name, db.DOMAIN, that leads to the nearest region's"
                + " nodes, or none. Default: heimdall.internal for several regions, with the fleet's"
                + " name before it if that is another.")
    private String zone;

    @Option(
        names = "--url",
        paramLabel = "[NAME=]URL",
        description =
            "Where a database is, where AWS does not tell it: jdbc:postgresql://HOST:PORT/DATABASE.")
    private List<String> urls = new ArrayList<>();

    @Option(
        names = "--secret",
        paramLabel = "[NAME=]SECRET",
        description =
            "The name of the secret with username and password of a database. Default: the one that"
                + " RDS manages, else FLEET/databases/NAME.")
    private List<String> secrets = new ArrayList<>();

    @Option(
        names = "--user",
        paramLabel = "[NAME=]USER",
        description =
            "As whom clients log in to nodes, with the password of the secret. Default: the"
                + " database's master user.")
    private List<String> users = new ArrayList<>();

    @Option(
        names = "--iam-user",
        paramLabel = "[NAME=]USER",
        description = "As whom nodes log in by IAM, in place of the secret's user.")
    private List<String> iamUsers = new ArrayList<>();

    @Option(
        names = "--security-group",
        paramLabel = "[NAME=]GROUP",
        description =
            "The security group of a database, which is opened for the nodes, or none. Default:"
                + " its own.")
    private List<String> groups = new ArrayList<>();

    @Option(
        names = "--certificate",
        paramLabel = "[NAME=]SECRET",
        description =
            "The name of the secret with certificate and key of nodes, for clients of a database."
                + " Default for SQL Server: nodes make one.")
    private List<String> certificates = new ArrayList<>();

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "The file. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("deployment.json");

    @Option(names = "--force", description = "Overwrite the file and its documents.")
    private boolean force;

    @Option(names = "--yes", description = "Ask nothing: what is not known has its default.")
    private boolean yes;

    @Override
    public Integer call() throws CommandFailure {
      Logging.quiet();
      PrintWriter print = spec.commandLine().getOut();
      DraftFiles files = new DraftFiles(out);
      if (!force) {
        files.checkNothingIsThere();
      }
      Dialogue dialogue =
          new Dialogue(
              new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())),
              print,
              yes);
      Optional<String> home = AwsPlace.named(System.getenv());
      // Each question names its region.
      AwsAccess access = AwsPlace.access(home.orElse(ANY_REGION), System.getenv());
      NewDeployment made =
          new NewDeployment(options(), home, new Account(access, print::println), dialogue);
      Draft draft = made.draft();
      List<Path> written = files.write(draft);
      print.println();
      written.forEach(path -> print.println("wrote " + path));
      print.println();
      draft.regions().forEach(region -> served(draft, region, print));
      apart(draft, made, print);
      next(draft, made, print);
      return ExitCode.OK.code();
    }

    private DeploymentOptions options() {
      return new DeploymentOptions(
          Optional.ofNullable(name),
          regions,
          clusters,
          new DeploymentOptions.OfDatabases(
              new Keyed("--url", urls),
              new Keyed("--secret", secrets),
              new Keyed("--iam-user", iamUsers),
              new Keyed("--user", users),
              new Keyed("--security-group", groups),
              new Keyed("--certificate", certificates)),
          new DeploymentOptions.OfNetworks(
              new Keyed("--vpc", vpcs),
              new Keyed("--subnet", subnets),
              new Keyed("--addresses", addresses),
              new Keyed("--clients", clients),
              Optional.ofNullable(join),
              Optional.ofNullable(zone)));
    }

    private static void served(Draft draft, DraftRegion region, PrintWriter print) {
      for (DraftDatabase one : region.databases()) {
        DraftLogIn logIn = one.access().logIn();
        print.println(
            "%s: %s at port %d, for the user %s with the password in the secret %s"
                .formatted(
                    region.region(),
                    one.document(),
                    draft.port(one),
                    draft.user(one),
                    logIn.secret()));
        if (one.access().group().isEmpty()) {
          print.println(
              "  its security group has to admit the group of the output FleetNodeSecurityGroup, at"
                  + " port "
                  + one.port());
        }
      }
    }

    /** Prints the needs of several regions of each other. */
    private static void apart(Draft draft, NewDeployment made, PrintWriter print) {
      draft
          .name()
          .ifPresent(
              name ->
                  print.println(
                      "%s leads clients in these networks to the nearest region's nodes"
                          .formatted(name)));
      made.ways().forEach(print::println);
      if (draft.regions().size() > 1 && draft.join() == Join.NONE) {
        String shared =
            global(draft).map(DraftDatabase::document).distinct().collect(Collectors.joining(", "));
        if (!shared.isEmpty()) {
          print.println(
              "Nodes write to %s in the region that has the writer: the networks have to be connected,"
                      .formatted(shared)
                  + " and its security group has to admit the others' addresses.");
        }
      }
    }

    private static Stream<DraftDatabase> global(Draft draft) {
      return draft.regions().stream()
          .flatMap(region -> region.databases().stream())
          .filter(one -> one.arn().filter(arn -> arn.contains(":global-cluster:")).isPresent());
    }

    /** Prints which databases have clients that cannot verify the node. */
    private static void certificates(Draft draft, PrintWriter print) {
      String selfSigned =
          draft.regions().stream()
              .flatMap(region -> region.databases().stream())
              .filter(DraftDatabase::isSelfSigned)
              .map(DraftDatabase::document)
              .distinct()
              .collect(Collectors.joining(", "));
      if (!selfSigned.isEmpty()) {
        print.println(
            "\nNodes make their own certificate for clients of %s, which these cannot verify:"
                    .formatted(selfSigned)
                + " trustServerCertificate=true. With --certificate a secret has one of yours.");
      }
    }

    private void next(Draft draft, NewDeployment made, PrintWriter print) throws CommandFailure {
      List<MissingSecret> missing = new ArrayList<>();
      for (MissingSecret secret : made.missingSecrets(draft)) {
        if (secret.from().isPresent() || !made.offers(secret)) {
          missing.add(secret);
        }
      }
      if (!missing.isEmpty()) {
        print.println("\nFirst the secrets that are not there, or of which AWS has not told:");
        missing.forEach(secret -> print.println("  " + secret.command()));
      }
      if (!made.commandsOfWays().isEmpty()) {
        print.println("\nFirst what the connections between the networks lack:");
        made.commandsOfWays().forEach(line -> print.println("  " + line));
      }
      certificates(draft, print);
      boolean usual = out.equals(Path.of("deployment.json"));
      print.println("\nNext, in the folder cdk-app of the repository:");
      String app = usual ? "" : " --app './app %s'".formatted(out.toAbsolutePath());
      print.println("  " + CDK + app + " bootstrap");
      print.println("  " + CDK + app + " deploy --all");
      if (usual) {
        print.println("They read deployment.json of the repository's folder.");
      }
    }
  }
}
