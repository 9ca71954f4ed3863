using System.Globalization;
using System.Xml;

namespace CustomerInsights.Sdk.Testing.Reports;

/// <summary>JUnit XML: a suite for each component and mode, a case for each check.</summary>
internal static class JUnitReport
{
    internal static void Write(ConformanceReport report, TextWriter target)
    {
        using var xml = XmlWriter.Create(target, new XmlWriterSettings { Indent = true, CloseOutput = false, OmitXmlDeclaration = true, CheckCharacters = true });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", $"{report.PluginId} {report.PluginVersion}");
        Counts(xml, report.Results);
        foreach (var suite in report.Results.GroupBy(result => SuiteOf(report, result), StringComparer.Ordinal))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", suite.Key);
            xml.WriteAttributeString("timestamp", report.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            Counts(xml, [.. suite]);
            foreach (var result in suite)
            {
                Case(xml, suite.Key, result);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.Flush();
    }

    private static void Case(XmlWriter xml, string suite, ConformanceResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", suite);
        xml.WriteAttributeString("name", $"{result.CheckId} {result.Title}");
        xml.WriteAttributeString("time", Seconds(result.Duration));
        if (result.Outcome != ConformanceOutcome.Passed)
        {
            xml.WriteStartElement(result.Outcome == ConformanceOutcome.Failed ? "failure" : "skipped");
            var message = Clean(result.Outcome == ConformanceOutcome.NotApplicable ? $"Not applicable: {result.Message}" : result.Message);
            xml.WriteAttributeString("message", message);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, IReadOnlyList<ConformanceResult> results)
    {
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", results.Count(result => result.Outcome == ConformanceOutcome.Failed).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", results.Count(result => result.Outcome is ConformanceOutcome.Skipped or ConformanceOutcome.NotApplicable).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("time", Seconds(results.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Duration)));
    }

    private static string SuiteOf(ConformanceReport report, ConformanceResult result) =>
        string.Join(' ', new[] { report.PluginId, result.Component, result.Mode?.ToString() }.Where(part => !string.IsNullOrEmpty(part)));

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    // What a plugin says may hold characters that XML cannot.
    private static string Clean(string text) => new([.. text.Select(letter => XmlConvert.IsXmlChar(letter) ? letter : '?')]);
}
