using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Lets a span stand for the moment that long ago: <c>2.00:00:00</c> is two days before now. A date without a zone is local,
/// and a bare number is refused: the shell would take it for so many ten-millionths of a second.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class PointInTimeTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => FlagTransformationAttribute.Unwrap(inputData) switch
        {
            TimeSpan span => Before(span),
            string text when Span().IsMatch(text) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span) => Before(span),
            DateTime date => Moment(date),
            sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal
                => throw new ArgumentTransformationMetadataException($"'{inputData}' is no point in time. Give a date, or a span such as 2.00:00:00 for two days ago."),
            _ => inputData,
        };

    private static DateTimeOffset Before(TimeSpan span)
    {
        if (span < TimeSpan.Zero)
            throw new ArgumentTransformationMetadataException($"'{span}' leads into the future. Give the time that has passed since, such as 2.00:00:00 for two days ago.");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return span > now - DateTimeOffset.MinValue ? DateTimeOffset.MinValue : now - span;
    }

    private static DateTimeOffset Moment(DateTime date)
    {
        try
        {
            return new DateTimeOffset(date);
        }
        catch (ArgumentOutOfRangeException)
        {
            // The first or the last hours of all time, which lie outside of it in UTC.
            return date.Year == 1 ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue;
        }
    }

    /// <summary>With colons and seconds, or with days: <c>12:30</c> is rather a time of day.</summary>
    [GeneratedRegex(@"^\s*-?([0-9]+\.[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?|[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Span();
}
