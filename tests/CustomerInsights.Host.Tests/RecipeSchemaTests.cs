using System.Text.Json;
using CustomerInsights.Host.Features.Recipes;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Host.Tests;

public sealed class RecipeSchemaTests
{
    [Fact]
    public void The_committed_schema_is_the_one_that_the_host_gives()
    {
        var path = Path.Combine(RepositoryRoot.Path, "recipe.schema.json");
        var now = GetRecipeSchema.Text();
        if (Environment.GetEnvironmentVariable("UPDATE_RECIPE_SCHEMA") == "1")
        {
            File.WriteAllText(path, now);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == now,
            $"{path} is not what GET /api/v1/recipes/schema gives. If the recipe format was meant to change, run this test with UPDATE_RECIPE_SCHEMA=1 and commit the file.");
    }

    [Fact]
    public void The_recipe_of_the_acceptance_passes_it()
    {
        var recipe = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contoso", "recipe.json"));
        Assert.Equal([], JsonSchema.Load(GetRecipeSchema.Text()).Validate(recipe));
    }

    [Fact]
    public void A_misspelt_section_does_not_pass_it()
    {
        var problems = JsonSchema.Load(GetRecipeSchema.Text()).Validate("""{"recipe":1,"segmets":{}}""");
        Assert.Equal("/segmets", Assert.Single(problems).Pointer);
    }
}
