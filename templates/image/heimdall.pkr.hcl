# The image of Heimdall by Packer: the same script as EC2 Image Builder's. docs/image.md tells how it is used.
#
#   packaging/ami-input target/release ami-input.tar.gz
#   packer init templates/image && packer build -var input=ami-input.tar.gz -var version=0.1.0 templates/image

packer {
  required_version = ">= 1.9.0"
  required_plugins {
    amazon = {
      version = ">= 1.3.0"
      source  = "github.com/hashicorp/amazon"
    }
  }
}

variable "input" {
  description = "What packaging/ami-input has packed."
  type        = string
}

variable "version" {
  description = "The release, for the names of images."
  type        = string
  validation {
    condition     = can(regex("^[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.]+)?$", var.version))
    error_message = "The version has to be one such as 0.1.0."
  }
}

variable "update_url" {
  description = "Where instances look for newer releases when they start; empty: they do not."
  type        = string
  default     = ""
}

variable "region" {
  description = "Where the images are made; for AWS Marketplace us-east-1."
  type        = string
  default     = "us-east-1"
}

variable "copies" {
  description = "More regions that get them."
  type        = list(string)
  default     = []
}

variable "encrypt" {
  description = "Whether the disk is encrypted; for AWS Marketplace false."
  type        = bool
  default     = true
}

variable "architectures" {
  description = "Of arm64 and x86_64."
  type        = set(string)
  default     = ["arm64", "x86_64"]
}

locals {
  types = {
    arm64  = "t4g.small"
    x86_64 = "t3.small"
  }
  time = formatdate("YYYYMMDDhhmm", timestamp())
}

source "amazon-ebs" "al2023" {
  region                      = var.region
  ami_regions                 = var.copies
  ami_virtualization_type     = "hvm"
  ena_support                 = true
  imds_support                = "v2.0"
  encrypt_boot                = var.encrypt
  ssh_username                = "ec2-user"
  ssh_clear_authorized_keys   = true
  temporary_key_pair_type     = "ed25519"
  associate_public_ip_address = true

  # SSH from the machine that builds, and from nowhere else.
  temporary_security_group_source_public_ip = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = 8
    volume_type           = "gp3"
    delete_on_termination = true
  }
}

build {
  dynamic "source" {
    for_each = var.architectures
    labels   = ["amazon-ebs.al2023"]
    content {
      name          = source.value
      instance_type = local.types[source.value]
      ami_name      = "heimdall-${var.version}-${source.value}-${local.time}"
      tags = {
        Name    = "Heimdall ${var.version}"
        Release = var.version
      }
      source_ami_filter {
        owners      = ["amazon"]
        most_recent = true
        filters = {
          name                = "al2023-ami-2023.*-kernel-*"
          architecture        = source.value
          root-device-type    = "ebs"
          virtualization-type = "hvm"
        }
      }
    }
  }

  provisioner "file" {
    source      = var.input
    destination = "/tmp/heimdall-ami-input.tar.gz"
  }

  provisioner "shell" {
    script           = "${path.root}/provision"
    environment_vars = ["HEIMDALL_UPDATE_URL=${var.update_url}"]
    execute_command  = "sudo env {{ .Vars }} bash {{ .Path }}"
  }

  provisioner "shell" {
    script          = "${path.root}/inspect"
    execute_command = "sudo bash {{ .Path }}"
  }
}
