import { CreateProvisioningTemplateCommand, IoTClient } from "@aws-sdk/client-iot";
import { explain, nameOf } from "../provision/aws-errors.ts";
import type { Templates } from "./fleet.ts";
import type { TemplateRequest } from "./template.ts";

export interface AwsTemplatesOptions {
  readonly region: string;
  readonly endpointUrl?: string;
  readonly profile?: string;
}

/** Provisioning templates in AWS IoT Core. */
export class AwsTemplates implements Templates {
  readonly #client: IoTClient;

  constructor({ region, endpointUrl, profile }: AwsTemplatesOptions) {
    this.#client = new IoTClient({
      region,
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
      ...(profile === undefined ? {} : { profile }),
    });
  }

  async create(request: TemplateRequest): Promise<boolean> {
    try {
      await this.#client.send(new CreateProvisioningTemplateCommand(request));
      return true;
    } catch (error) {
      if (nameOf(error) === "ResourceAlreadyExistsException") return false;
      throw explain(error, "iot:CreateProvisioningTemplate", "AWS IoT Core");
    }
  }
}
