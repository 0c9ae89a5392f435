"""A prior that may be wrong, mixed with one that says little."""

from __future__ import annotations

from bayes_rsa.errors import InputError
from bayes_rsa.fields import check_number
from bayes_rsa.priors import Prior


def robustify(informative: Prior, weight: float, vague: Prior) -> Prior:
    """The informative prior with a vague component, so that it can be overruled.

    Parameters
    ----------
    informative
        Such as a meta-analytic predictive prior as a mixture.
    weight
        Weight of ``vague``, from 0 (the informative prior alone) to 1 (none of it); 0.1 to 0.5 is
        usual.
    vague
        A proper prior worth about one participant, such as ``normal(0, 2)`` on a log odds ratio.

    Returns
    -------
    Prior
        The components of ``informative`` first, then those of ``vague``.

    Raises
    ------
    InputError
        If the weight is outside [0, 1], or a prior is improper.

    References
    ----------
    Schmidli H et al. Robust meta-analytic-predictive priors in clinical trials with historical
    control information. Biometrics 2014;70:1023-1032. doi:10.1111/biom.12242
    """
    share = check_number("weight", weight)
    if not 0 <= share <= 1:
        raise InputError("weight", weight, "a weight lies between 0 and 1", "write 0.2 for 20%")
    for name, prior in (("informative", informative), ("vague", vague)):
        if not prior.is_proper:
            raise InputError(
                name, str(prior), "a mixture has proper components", "use a wide proper prior"
            )
    label = f"robust {informative.label}" if informative.label else ""
    mixed = Prior.mixture([(1.0 - share, informative), (share, vague)])
    return mixed.with_label(
        label,
        rationale=informative.rationale,
        source=informative.source,
        parameter=informative.parameter,
    )
