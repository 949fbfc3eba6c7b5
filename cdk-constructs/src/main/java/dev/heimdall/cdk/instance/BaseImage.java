package dev.heimdall.cdk.instance;

import software.amazon.awscdk.CfnParameter;
import software.constructs.Construct;

/**
 * The image that instances begin with: CloudFormation reads it from a parameter of Systems Manager
 * with each deployment, so that a new one replaces the instances.
 */
public final class BaseImage {
  private BaseImage() {}

  /**
   * The id of the image, as a token.
   *
   * @param name of the parameter of Systems Manager
   */
  public static String of(Construct scope, String name) {
    // Of a parameter that a stack has, the CDK command keeps the value of before, whatever the
    // default has become: another name has to be another parameter.
    return CfnParameter.Builder.create(scope, "Image" + Integer.toHexString(name.hashCode()))
        .type("AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>")
        .defaultValue(name)
        .build()
        .getValueAsString();
  }
}
