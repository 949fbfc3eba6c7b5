package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.instance.BaseImage;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.IMachineImage;
import software.amazon.awscdk.services.ec2.InstanceArchitecture;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.constructs.Construct;

/** The types of instances, and the image that they begin with. */
final class Machines {
  /** Default instance types of nodes. */
  static final List<String> NODES = List.of("c7g.large", "c6g.large", "m7g.large");

  /** Default instance type of managers. */
  static final String MANAGER = "t4g.medium";

  private static final String IMAGES =
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

  private final List<InstanceType> types;

  private Machines(List<InstanceType> types) {
    this.types = types;
  }

  static Machines ofNodes(List<InstanceType> types) {
    return new Machines(
        types.isEmpty() ? NODES.stream().map(InstanceType::new).toList() : List.copyOf(types));
  }

  static Machines ofManagers(Optional<InstanceType> type) {
    return new Machines(List.of(type.orElseGet(() -> new InstanceType(MANAGER))));
  }

  List<String> types() {
    return types.stream().map(InstanceType::toString).toList();
  }

  /** The image's id. */
  String image(Construct scope, Optional<IMachineImage> own, Optional<String> parameter) {
    return own.map(image -> image.getImage(scope).getImageId())
        .orElseGet(() -> BaseImage.of(scope, parameter.orElseGet(this::newest)));
  }

  /** The parameter of the newest image for their processors. */
  private String newest() {
    List<InstanceArchitecture> processors =
        types.stream().map(InstanceType::getArchitecture).distinct().toList();
    FleetChecks.require(
        processors.size() == 1,
        "instanceTypes",
        types(),
        "types with the same processors, as all begin with one image");
    return IMAGES + (processors.get(0) == InstanceArchitecture.ARM_64 ? "arm64" : "x86_64");
  }
}
