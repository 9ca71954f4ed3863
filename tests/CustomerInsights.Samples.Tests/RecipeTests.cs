using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Enrichments.Churn;
using CustomerInsights.Enrichments.LifetimeValue;
using CustomerInsights.Enrichments.NextOrder;
using CustomerInsights.Enrichments.Rfm;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Sdk;

namespace CustomerInsights.Samples.Tests;

public sealed class RecipeTests
{
    [Fact]
    public void Every_mapping_binds_to_the_columns_of_its_file()
    {
        foreach (var (stream, mapping) in Retail.Recipe.Mappings!)
        {
            var schema = Retail.Schema(stream);
            if (mapping.Profile is { } profile)
            {
                Check(profile.Fields, Retail.Recipe.ProfileTypes![profile.Type].Attributes, schema, stream);
            }
            else
            {
                var activity = mapping.Activity!;
                Check(activity.Fields, Retail.Recipe.ActivityTypes![activity.Type].Fields, schema, stream);
                Assert.True(Bind(activity.At, schema, RuleUse.Value, stream).Type is DataType.Date or DataType.Time);
                Assert.Equal(DataType.Text, Bind(activity.Link!.Key, schema, RuleUse.Value, stream).Type);
                Assert.Contains(activity.Link.Stream, Retail.Recipe.Mappings.Keys);
            }
        }
    }

    [Fact]
    public void Every_measure_segment_and_export_binds()
    {
        var recipe = Retail.Recipe;
        var attributes = recipe.ProfileTypes!["customer"].Attributes.ToDictionary(pair => pair.Key, pair => pair.Value.Type, StringComparer.Ordinal);
        var schema = new RuleSchema
        {
            Attributes = attributes,
            Activities = recipe.ActivityTypes!.ToDictionary(
                pair => pair.Key, pair => (IReadOnlyDictionary<string, DataType>)pair.Value.Fields.ToDictionary(field => field.Key, field => field.Value.Type), StringComparer.Ordinal),
            Segments = recipe.Segments!.Keys.ToHashSet(StringComparer.Ordinal),
        };

        // The recipe lists measures in an order in which each names earlier ones only.
        foreach (var (name, measure) in recipe.Measures!)
        {
            if (measure.Engagement is not null)
            {
                attributes.Add(name, DataType.Integer);
                continue;
            }

            var rule = Bind(measure.Expression, schema, measure.Business ? RuleUse.BusinessMeasure : RuleUse.Value, name);
            if (!measure.Business)
            {
                attributes.Add(name, rule.Type);
            }
        }

        foreach (var enrichment in recipe.Enrichments!.Values)
        {
            var said = SourceValues.ToDescription(Plugin(enrichment.Plugin).Describe(Encoding.UTF8.GetBytes(enrichment.Settings.GetRawText())));
            Assert.All(said.Activities, activity => Assert.All(activity.Fields, field => Assert.Contains(field, recipe.ActivityTypes![activity.Type].Fields.Keys)));
            foreach (var field in said.Writes)
            {
                attributes.Add(said.Attribute(field.Name), field.Type);
            }
        }

        Assert.All(recipe.Segments!, segment => Bind(Assert.IsType<string>(segment.Value.Rule), schema, RuleUse.Condition, segment.Key));
        attributes.Add("profile_id", DataType.Text);
        foreach (var (name, export) in recipe.Exports!)
        {
            Assert.Contains(export.Segment, recipe.Segments!.Keys);
            Assert.All(export.Fields, field => Bind(field.Expression ?? field.Name, schema, RuleUse.Value, name));
        }

        foreach (var (name, card) in recipe.Cards!)
        {
            Assert.All(card.Fields!, field => Bind(field.Expression ?? field.Name, schema, RuleUse.Value, name));
            Assert.All(card.Rows!.Values, row => Bind(Assert.IsType<string>(row.Filter), schema, RuleUse.Condition, name));
        }
    }

    private static IEnrichment Plugin(string id) => id switch
    {
        "customer-insights.lifetime-value" => new LifetimeValueEnrichment(),
        "customer-insights.churn" => new ChurnEnrichment(),
        "customer-insights.next-order" => new NextOrderEnrichment(),
        "customer-insights.rfm" => new RfmEnrichment(),
        _ => throw new ArgumentException($"The tests do not know '{id}'.", nameof(id)),
    };

    private static void Check(IReadOnlyDictionary<string, string> expressions, IReadOnlyDictionary<string, FieldDocument> targets, RuleSchema schema, string stream) =>
        Assert.All(expressions, pair => Assert.Equal(targets[pair.Key].Type, Bind(pair.Value, schema, RuleUse.Value, stream).Type));

    private static BoundRule Bind(string text, RuleSchema schema, RuleUse use, string where)
    {
        var bound = RuleBinder.Bind(text, schema, use);
        Assert.True(bound.Rule is not null && bound.Errors.Count == 0, $"{where}: {text}: {string.Join("; ", bound.Errors)}");
        return bound.Rule;
    }
}
