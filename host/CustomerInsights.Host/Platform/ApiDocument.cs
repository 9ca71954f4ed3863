using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform.Tables;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CustomerInsights.Host.Platform;

/// <summary>What the OpenAPI document says besides what the endpoints say of themselves.</summary>
internal static class ApiDocument
{
    public static void Configure(OpenApiOptions options)
    {
        options.CreateSchemaReferenceId = info => OpenApiOptions.CreateDefaultSchemaReferenceId(info) is null ? null : SchemaName(info.Type);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Customer Insights",
                Version = "v1",
                Description = "Unified customer profiles, segments and exports. Errors are problem details (RFC 9457) whose 'errors' name the place and the remedy. "
                    + "Lists page by 'cursor'; what is edited carries an ETag; long actions answer 202 with a job.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes["key"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, ci_…; an admin makes them with POST /api/v1/keys.",
            };
            document.Tags = Enum.GetNames<ResourceKind>().Select(kind => new OpenApiTag { Name = kind }).ToHashSet();
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Requirement>().FirstOrDefault() is { } requirement)
            {
                operation.Tags = new HashSet<OpenApiTagReference> { new(requirement.Kind.ToString(), context.Document) };
                operation.Responses ??= [];
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<TableOffer>().Any())
                {
                    OfferFile(operation);
                }

                foreach (var (status, text) in Refusals(context.Description))
                {
                    operation.Responses.TryAdd(status, new OpenApiResponse { Description = text });
                }
            }

            return Task.CompletedTask;
        });
    }

    private static void OfferFile(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(Query("format", "csv, json or jsonl: all rows as a file. 'Accept: text/csv' and 'application/x-ndjson' ask for one, too."));
        if (operation.Parameters.All(parameter => parameter.Name != "fields"))
        {
            operation.Parameters.Add(Query("fields", "Of a file: the columns, separated by commas; 'attributes.city' for what is inside one. All if absent."));
        }

        if (operation.Responses!.TryGetValue("200", out var answer) && answer is OpenApiResponse { Content: { } content })
        {
            content.TryAdd("text/csv", new OpenApiMediaType());
            content.TryAdd("application/x-ndjson", new OpenApiMediaType());
        }
    }

    private static OpenApiParameter Query(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    // Endpoints call their own types Request and Response: the endpoint's name makes them different, inside generic ones too.
    private static string SchemaName(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return SchemaName(underlying);
        }

        var name = (type.DeclaringType?.Name ?? "") + type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}Of{string.Join("And", type.GetGenericArguments().Select(SchemaName))}" : name;
    }

    // Every refusal is problem details.
    private static IEnumerable<(string Status, string Text)> Refusals(Microsoft.AspNetCore.Mvc.ApiExplorer.ApiDescription description)
    {
        yield return ("400", "Not valid; 'errors' say what and where.");
        yield return ("401", "No valid key.");
        yield return ("403", "The key's role may not.");
        yield return ("429", "Too many wrong keys from your address; wait as Retry-After says.");
        if (description.ParameterDescriptions.Any(parameter => parameter.Source.Id == "Path"))
        {
            yield return ("404", "There is no such thing.");
        }

        if (description.HttpMethod is "PUT" or "DELETE")
        {
            yield return ("409", "It is in use; 'errors' say by what.");
            yield return ("412", "It has changed since you read it.");
            yield return ("428", "It exists: send its ETag as If-Match.");
        }
    }
}
