package dev.heimdall.cdk.config;

import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.StrictDocument;
import java.nio.file.Path;

/** Reads the file that says what is deployed. */
public final class DeploymentFile {
  private DeploymentFile() {}

  /**
   * Reads and checks the file.
   *
   * @throws ConfigurationException with every problem: where, what is there, what may be there
   */
  public static Deployment read(Path file) throws ConfigurationException {
    return StrictDocument.read(
        file,
        Deployment.class,
        (deployment, findings) -> new DeploymentChecks(deployment, findings).all());
  }

  /** The reference of all its settings, as Markdown. */
  public static String reference() {
    return StrictDocument.tables(Deployment.class);
  }
}
