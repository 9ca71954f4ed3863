using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Recipes;

internal static class RecipesModule
{
    public static IServiceCollection AddRecipes(this IServiceCollection services) => services.AddSingleton<RecipeService>();

    public static void MapRecipes(this IEndpointRouteBuilder routes)
    {
        ApplyRecipe.Map(routes);
        GetRecipeSchema.Map(routes);
    }
}

/// <summary>POST /recipes/apply: makes everything as a recipe says; with dryRun it only shows the difference.</summary>
internal static class ApplyRecipe
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/recipes/apply", HandleAsync).WithName(nameof(ApplyRecipe)).WithSummary("Makes everything as a recipe says; with dryRun it only shows the difference.").Requires(AccessAction.Write, ResourceKind.Recipe);

    internal static async Task<Results<Ok<RecipeService.Report>, ProblemHttpResult>> HandleAsync(
        RecipeDocument recipe, bool? dryRun, RecipeService service, HttpContext context, CancellationToken cancellationToken)
    {
        var (report, faults) = await service.ApplyAsync(recipe, dryRun ?? false, context.ActorName(), cancellationToken);
        return report is null ? Problems.Invalid("The recipe is not valid; nothing was changed.", faults) : TypedResults.Ok(report);
    }
}

/// <summary>GET /recipes/schema: the JSON schema of recipes, for editors and checks.</summary>
internal static class GetRecipeSchema
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/recipes/schema", () => TypedResults.Text(Text(), "application/schema+json")).WithName(nameof(GetRecipeSchema)).WithSummary("The JSON schema of recipes, for editors and checks.").Requires(AccessAction.Read, ResourceKind.Recipe);

    /// <summary>Made from the types that read a recipe, so that the two cannot differ.</summary>
    public static string Text()
    {
        var schema = Json.Options.GetJsonSchemaAsNode(typeof(RecipeDocument), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }).AsObject();
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = "urn:customer-insights:recipe:1",
            ["title"] = "Recipe",
        };
        foreach (var (name, value) in schema.ToList())
        {
            schema.Remove(name);
            whole[name] = value;
        }

        return whole.ToJsonString(new JsonSerializerOptions(Json.Options) { WriteIndented = true }).ReplaceLineEndings("\n") + "\n";
    }
}
