package dev.heimdall.cdk.config;

import dev.heimdall.model.Spelled;
import java.util.List;

/** Processor architecture of instances. */
public enum Architecture implements Spelled {
  ARM64("arm64", "c7g.large", List.of("c6g.large", "m7g.large"), "t4g.medium"),
  X86_64("x86_64", "c7i.large", List.of("c6i.large", "m7i.large"), "t3.medium");

  private final String spelling;
  private final String instanceType;
  private final List<String> otherTypes;
  private final String managerType;

  Architecture(String spelling, String instanceType, List<String> otherTypes, String managerType) {
    this.spelling = spelling;
    this.instanceType = instanceType;
    this.otherTypes = otherTypes;
    this.managerType = managerType;
  }

  @Override
  public String spelling() {
    return spelling;
  }

  /** Default instance type of nodes. */
  public String instanceType() {
    return instanceType;
  }

  /** Instance types used where a zone does not offer the default one. */
  public List<String> otherTypes() {
    return otherTypes;
  }

  /** Default instance type of the manager. */
  public String managerType() {
    return managerType;
  }

  /** The parameter that names the newest Amazon Linux 2023. */
  public String imageParameter() {
    return "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + spelling;
  }

  /** True if instances of a type have such processors: the names of ARM ones say so. */
  public boolean has(String type) {
    boolean arm = type.matches("a1\\..*|[a-z]+[0-9]+g[a-z-]*\\..*");
    return arm == (this == ARM64);
  }
}
