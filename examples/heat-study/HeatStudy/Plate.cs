using System.Globalization;

namespace HeatStudy;

/// <summary>The deck of one run, and the temperature at its centre as the analytic series gives it.</summary>
/// <remarks>Lengths in m, temperatures in degrees C, conductivity in W/(m K), source in W/m3.</remarks>
internal sealed record Plate(double Width, double Height, double Left, double Right, double Bottom, double Top, double Conductivity, double Source)
{
    // The terms fall like exp(-n); far fewer would do.
    private const int LastTerm = 99;

    public static Plate Read(string deckPath)
    {
        var values = File.ReadLines(deckPath).Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && words[0][0] != '#')
            .ToDictionary(words => words[0], words => double.Parse(words[1], CultureInfo.InvariantCulture));
        return new Plate(values["width"], values["height"], values["left"], values["right"], values["bottom"], values["top"],
            values["conductivity"], values["source"]);
    }

    /// <summary>Superposition: each pair of opposite edges with the others at zero, and the source with all edges at zero.</summary>
    public double CentreTemperature
        => ((Bottom + Top) * EdgeShare(Width, Height)) + ((Left + Right) * EdgeShare(Height, Width)) + SourceRise();

    /// <summary>Temperature at the centre for one edge of the given length at 1 and the three others at 0.</summary>
    private static double EdgeShare(double edge, double depth)
        => Sum(n => 4 / (n * Math.PI) / (2 * Math.Cosh(n * Math.PI * depth / (2 * edge))));

    private double SourceRise()
    {
        var scale = Source * Width * Width / Conductivity;
        return scale * ((1.0 / 8) - Sum(n => 4 / (Math.Pow(n * Math.PI, 3) * Math.Cosh(n * Math.PI * Height / (2 * Width)))));
    }

    /// <summary>Over the odd n, with alternating sign: sin(n pi / 2).</summary>
    private static double Sum(Func<int, double> term)
    {
        var sum = 0.0;
        for (var n = 1; n <= LastTerm; n += 2)
            sum += n % 4 == 1 ? term(n) : -term(n);
        return sum;
    }
}
