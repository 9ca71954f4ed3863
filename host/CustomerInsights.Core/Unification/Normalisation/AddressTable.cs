using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>Common parts of addresses: the form that stays, then what becomes it (after USPS Publication 28, appendix C).</summary>
internal static class AddressTable
{
    private const string Rows = """
        aly: alley allee ally
        anx: annex annx
        apt: apartment apartments appartment
        arc: arcade
        ave: avenue av aven avenu avn avnue
        bch: beach
        bg: burg
        bldg: building bld
        blf: bluff
        blvd: boulevard boul boulv bd
        bnd: bend
        br: branch brnch
        brg: bridge brdge
        brk: brook
        bsmt: basement
        btm: bottom bottm
        byp: bypass byps
        byu: bayou
        chs: chase
        cir: circle circ circl crcl
        clb: club
        clf: cliff
        clfs: cliffs
        cmn: common
        cor: corner
        cors: corners
        cp: camp
        crk: creek
        cres: crescent crsent crsnt
        crst: crest
        cswy: causeway causwa
        ct: court crt
        ctr: center centre cent cntr
        cts: courts
        curv: curve
        cv: cove
        cyn: canyon canyn cnyn
        dept: department
        dl: dale
        dr: drive driv drv
        e: east
        est: estate
        ests: estates
        expy: expressway expr express expw
        ext: extension extn
        fall: falls
        fl: floor flr
        fld: field
        flds: fields
        flt: flat
        frd: ford
        frnt: front
        frst: forest forests
        fry: ferry frry
        ft: fort frt
        fwy: freeway freewy frway
        gdn: garden gardn grdn
        gdns: gardens grdns
        gln: glen
        grn: green
        grv: grove grov
        gtwy: gateway gatewy gatway
        hbr: harbor harbour harbr
        hl: hill
        hls: hills
        hngr: hangar
        holw: hollow hllw hollows
        hts: heights ht
        hvn: haven
        hwy: highway highwy hiway hiwy hway
        is: island islnd
        jct: junction jction jctn junctn
        knl: knoll
        lbby: lobby
        ldg: lodge ldge
        lk: lake
        lks: lakes
        ln: lane la
        lndg: landing lndng
        lot: lt
        lwr: lower
        mdw: meadow
        mdws: meadows medows
        ml: mill
        mls: mills
        mnr: manor
        msn: mission missn
        mt: mount mnt
        mtn: mountain mntain mtin
        n: north
        ne: northeast north-east
        nw: northwest north-west
        ofc: office
        orch: orchard orchrd
        ovlk: overlook
        park: prk
        ph: penthouse
        pike: pikes
        pk: peak
        pkwy: parkway parkwy pkway pky
        pl: place
        pln: plain
        plns: plains
        plz: plaza plza
        pobox: postbox
        pr: prairie prr
        prom: promenade
        prt: port
        psge: passage
        pt: point
        pts: points
        rd: road
        rdg: ridge rdge
        riv: river rvr rivr
        rm: room
        rnch: ranch
        rpds: rapids
        rst: rest
        rte: route
        s: south
        se: southeast south-east
        shr: shore
        shrs: shores
        skwy: skyway
        smt: summit sumit sumitt
        spc: space
        spg: spring spng sprng
        spgs: springs
        sq: square sqr sqre squ
        st: street str strt straße strasse
        sta: station statn stn
        ste: suite
        stop: stp
        strm: stream
        sw: southwest south-west
        ter: terrace terr
        trce: trace traces
        trl: trail trails
        tunl: tunnel
        twr: tower
        un: union
        unit: unt
        upr: upper
        vis: vista vist vst
        vlg: village vill villag
        vly: valley vally
        vw: view
        w: west
        wl: well
        xing: crossing crssng
        """;

    public static FrozenDictionary<string, string> Parts() => WordTable.Parse(Rows);
}
