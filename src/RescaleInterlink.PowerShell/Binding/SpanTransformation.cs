using System.Globalization;
using System.Management.Automation;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Takes a bare number as seconds; the shell would take it for so many ten-millionths of a second. A span must be longer than nothing.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SpanTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object given = FlagTransformationAttribute.Unwrap(inputData);
        TimeSpan? span = given switch
        {
            TimeSpan known => known,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) => Seconds(seconds),
            string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan known) => known,
            IConvertible number and not (string or DateTime or bool or char) => Seconds(number.ToDouble(CultureInfo.InvariantCulture)),
            _ => null,
        };
        return span is null || span > TimeSpan.Zero ? span ?? inputData : throw new ArgumentTransformationMetadataException($"'{inputData}' is not longer than nothing. Give seconds, or a span such as 00:30:00.");
    }

    private static TimeSpan? Seconds(double seconds) => Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
}
